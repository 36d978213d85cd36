"""Publishes a run: from an executed notebook and its counts to pages and downloads that stay.

Four doors lead in: `revision.publish_revision`, `report_pages.draft_page`, `withdraw.withdraw` and
`site_pages.rebuild`. Read in this order: `render` (notebook to article), `data_files`, `site` (what
pages are made from), `report_pages`, `site_pages` (the registry), `publish` (all or nothing).
Nothing here counts anything.
"""
