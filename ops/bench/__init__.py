"""Benchmarks: our work and a peer's, interleaved in the same rounds, because only their ratio means something."""
