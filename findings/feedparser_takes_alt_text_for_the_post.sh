#!/usr/bin/env bash
# feedparser puts <media:description>, which Mastodon's feeds have as the alt text of a picture, where the text of the
# item belongs: into the summary if it comes first, into the content if a <description> came before, and over the
# summary's details if there are two pictures. A <description> that comes after it becomes "content", so that a teaser
# looks like a full text. So rename the elements of Media RSS before the bytes are parsed, and read them apart.
#
# Seen with feedparser 6.0.14 on 2026-11-29:
#   picture after:  summary "Short.", content ["A heron on the stairs."]
#   picture before: summary "A heron on the stairs.", content ["Short."]
#   two after:      summary "Short.", its details "A heron on the stairs."
set -euo pipefail
unset PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq feedparser==6.0.14
cd "$folder"
venv/bin/python - <<'PY'
import feedparser

HEAD = '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Maud</title><item><guid>1</guid>'
NOTE = "<description>Short.</description>"
PICTURE = (
    '<media:content url="https://maud.example/1.png" medium="image">'
    '<media:description type="plain">A heron on the stairs.</media:description></media:content>'
)


def read(inside):
    entry = feedparser.parse(f"{HEAD}{inside}</item></channel></rss>".encode()).entries[0]
    return entry.summary, entry.summary_detail.value, [part.value for part in entry.get("content", [])]


after, before, two = read(NOTE + PICTURE), read(PICTURE + NOTE), read(NOTE + PICTURE + PICTURE)
print(f"after: {after}\nbefore: {before}\ntwo: {two}")
assert after[2] == ["A heron on the stairs."]
assert before[0] == "A heron on the stairs." and before[2] == ["Short."]
assert two[1] == "A heron on the stairs."
PY
