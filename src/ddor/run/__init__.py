"""Executes a notebook, proves that it ran and judges what its cells show.

Knows notebooks and scraps, and nothing of what a report counts or where it is published.
"""
