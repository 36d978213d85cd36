"""What counts as what, and how many: pure functions from the checked extract to frames.

The order to read them in: `status` gives every request its class, `attributes` what is known of its
person; `disclosure` decides which tables of people are published and `people` writes their lines;
`figures` counts all of a week. `trace` finds the rows behind a figure again.
Not here: whether a row can be believed (`checks/`), and how a number looks (`report/`).
"""
