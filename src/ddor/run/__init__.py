"""Executes a notebook and proves that it ran: template preflight, papermill, proof, tidying.

Knows notebooks and scraps, and nothing of what a report counts or where it is published.
"""
