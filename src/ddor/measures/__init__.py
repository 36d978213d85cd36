"""What counts as what, and how many: pure functions from the checked extract to frames.

The order to read them in: `status` gives every request its class; `people` says what is known of its
person, `disclosure` which tables of people are published, and `people` again what their lines are;
`figures` counts all of a week. `trace` finds the rows behind a figure again.
Not here: whether a row can be believed (`checks/`), and how a number looks (`report/`).
"""
