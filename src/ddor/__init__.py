"""The Declined Detainer Outcome Report. Its parts and their layers: docs/architecture.md."""
