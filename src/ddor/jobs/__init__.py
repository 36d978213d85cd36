"""The jobs, each to be read like a method section: read, check, count, run, render, publish."""
