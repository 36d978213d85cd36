"""The Declined Detainer Outcome Report. The rooms and their floors: docs/architecture.md."""

__version__ = "0.1.0"
