"""What counts as what, and how many: pure functions from the checked extract to frames.

The order to read them in: `status` gives every request its class; `agencies`, `charges`, `timing`
and `reconciliation` count; `figures` puts the published numbers in one dictionary.
Not here: whether a row can be believed (`checks/`), and how a number looks (`report/`).
"""
