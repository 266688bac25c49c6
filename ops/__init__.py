"""The composition root and everything that a user touches: command line, session, reports, benchmarks, deployment."""

__version__ = "0.1.0"
