"""Publishes a run: from an executed notebook and its counts to pages and downloads that stay.

`acts.py` has what it can do: publish, draft, withdraw, rebuild. Read in this order: `render`
(notebook to article), `kept` (what a revision keeps), `site` (what pages are made from, and one
page), `report_pages`, `acts` (with the registry), `publish` (all or nothing). Nothing here counts
anything; the rules by which others did come in `SiteContext.rules`.
"""
