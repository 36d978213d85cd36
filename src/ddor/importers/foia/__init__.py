"""From a FOIA detainer file to one extract folder for each week of issue.

In: a file in any of the public forms that docs/foia.md lists.
Out: `write_extract` folders, and an account of every row that did not make it into one.
Not here: the contract of the extract itself (`extract/validation.py`), and whether a row can be
believed.
"""
