"""Extracts made from something else: FOIA files (`foia/`), an agency's own export (`own/`), and
synthetic samples (`samples/`). The contract that an extract has to meet is in `extract/`."""
