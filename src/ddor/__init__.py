"""The Declined Detainer Outcome Report. The rooms and their floors: docs/architecture.md."""
