"""Synthetic extracts of ordinary weeks (`ddor sample`).

Not here: any rule of the report; a sample is read and validated as a real extract is. What makes
the committed samples, the re-enactment of the withdrawn report among them, is in `samples/make/`.
"""
