"""The error classes that the first report fell over, one module each, one signature.

A check looks at rows and says which it would not believe, and why, in a sentence that a records
clerk understands. It changes nothing: what its findings do to the counts is `measures/`.
"""
