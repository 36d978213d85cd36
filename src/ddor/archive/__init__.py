"""Publishes a run: from an executed notebook and its counts to pages and downloads that stay.

Read in this order: `render` (notebook to article), `downloads`, `pages` (article to page),
`catalog` (what is published), `publish` (all or nothing). Nothing here counts anything.
"""
