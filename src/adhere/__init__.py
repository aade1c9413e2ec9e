"""Adhere: search that does what you told it."""

__version__ = "0.1.0"
