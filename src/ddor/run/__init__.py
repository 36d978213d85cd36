"""Executes a notebook, proves that it ran (notebook.py) and judges what it shows (gate.py).

Knows notebooks and scraps, and nothing of what a report counts or where it is published.
"""
