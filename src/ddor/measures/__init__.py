"""What counts as what, and how many: pure functions from the checked extract to frames.

The order to read them in: `status` gives every request its class; `people` says what is known of
its person, and what the lines of a table of people are; `disclosure` decides which of these tables
are published; `figures` counts all of a week. `trace` finds the rows behind a figure again.
Not here: whether a row can be believed (`checks/`), and how a number looks (`report/`).
"""
