"""Reports made from weekly ones: what the runs of a period's weeks give, what is counted of it, and
whether the described cases are what it says.

Knows the archive's files and the scraps of a weekly run; not how a report is published. A period
is any that has `weeks()`, such as calendar.Quarter.
"""
