"""Extracts made from something else: FOIA files (`foia/`), and synthetic samples (`samples/`).
The contract that an extract has to meet is in `extract/`."""
