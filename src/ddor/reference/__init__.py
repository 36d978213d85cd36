"""Code lists as facts with typed look-ups: forms, offense groups, areas, places, countries.

A look-up answers None for what its list does not hold; the caller decides whether that is an
error. Lists are read once, at import (a module costs some 30 ms at most); `data/` names sources.
Not here: anything that analysts maintain (`params/`), and any rule about what counts (`measures/`).
"""
