"""The billing console."""

__version__ = "0.1.0"
