"""From a FOIA detainer file to one extract folder for each week of issue.

In: the cleaned CSV or Parquet of the Deportation Data Project, or ICE's own workbook, as
docs/foia.md says.
Out: `write_extract` folders, and an account of every row that did not make it into one.
Not here: the contract of the extract itself (`extract/validation.py`), and whether a row can be
believed.
"""
