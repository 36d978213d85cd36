"""From an agency's own export to the extract of a week, by a small file that maps its columns,
words and dates (docs/own-data.md). Columns that the map does not name are never read."""
