"""Disputes of published figures and corrections of rows: what `params/corrections/` holds.

records.py says what a record is; read.py reads and judges the files, apply.py corrects an extract.
Not here: how a page shows a dispute (report/, archive/).
"""
