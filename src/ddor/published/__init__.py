"""What earlier runs published or decided, read as an input of the next: the catalog, the counts of
earlier weeks, the ledger of decisions. Nothing here writes below `site/`."""
