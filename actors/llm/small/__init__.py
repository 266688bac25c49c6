"""A very small language model that runs in this process, for tests of the whole path with real generations."""
