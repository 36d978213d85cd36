#!/bin/sh
# Put OUTPUT/site into BUCKET, which holds nothing else; publishing.md says why in this order.
# sh docs/sync-s3.sh BUCKET [OUTPUT]
set -euf
to=s3://$1 output=${2:-outputs} new=$(mktemp -d)
site=$output/site
trap 'rm -rf "$new" "$new.keys"' EXIT
exec 9>>"$output/runs/.lock"
flock 9
test -f "$site/data/catalog.json"       # an empty folder would empty the bucket
test ! -e "$output/runs/.journal.json"  # a run died: the next one finishes what it began
put() { aws s3 sync --only-show-errors --cache-control max-age=300 "$@"; }
not_lists=$(printf ' --exclude %s' index.html 'archive/*' feed.xml sitemap.xml data/catalog.json)
cp -R "$site/." "$new"
aws s3api list-objects-v2 --bucket "$1" --query 'Contents[].[Key]' --output text > "$new.keys"
(cd "$new"; xargs rm -f) < "$new.keys"  # leaves what the bucket does not have yet
put "$site/assets" "$to/assets" --cache-control 'public, max-age=31536000, immutable'
put "$site" "$to" --exclude '*' --include '*.parquet' --content-type application/vnd.apache.parquet
put "$site" "$to" --exclude '*' --include '*.xlsx' \
    --content-type application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
put "$new" "$to" --exclude '*' --include 'weeks/*/r[0-9]*/*'  # 1. new revisions
put "$new" "$to" $not_lists                                   # 2. all else that is new
put "$site" "$to" $not_lists                                  # 3. what changed
put "$site" "$to"                                             # 4. the lists
put "$site" "$to" --delete                                    # 5. what is gone
