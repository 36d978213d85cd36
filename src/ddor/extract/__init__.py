"""The extract: the two tables a week is made from, validated as it is read.

All other code may trust the columns, types and keys that `model.py` lists.
Not here: what a row counts as (`measures/`), and whether it can be believed (`checks/`).
"""
