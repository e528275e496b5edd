"""Garant: the support desk that knows the contract."""

__version__ = "0.1.0"
