"""schema.org articles in the JSON-LD of a web page."""

import json
from collections.abc import Iterator

from lxml import etree

from feature_pipeline.formats.json_values import Json, list_at

ARTICLES = {
    *("Article", "BlogPosting", "NewsArticle", "TechArticle", "ScholarlyArticle", "OpinionNewsArticle", "Report"),
    *("SocialMediaPosting", "LiveBlogPosting", "DiscussionForumPosting", "AdvertiserContentArticle"),
}


def page_article(root: etree._Element) -> Json:
    """The article that a page is, with its authors as objects where they stand apart; {} for none and for several."""
    articles: list[Json] = []
    by_id: dict[str, Json] = {}
    for script in root.iter("script"):
        if (script.get("type") or "").lower().startswith("application/ld+json"):
            try:
                data = json.loads("".join(map(str, script.itertext())))
                by_id |= {item["@id"]: item for item in _listed(data) if isinstance(item.get("@id"), str)}
                articles += _articles(data)
            except (ValueError, RecursionError):
                continue
    return {**articles[0], "author": _whole(articles[0].get("author"), by_id)} if len(articles) == 1 else {}


def _whole(author: Json, by_id: dict[str, Json]) -> Json:
    """{"@id": "#maud"} → what the page says of it."""
    if isinstance(author, list):
        return [_whole(each, by_id) for each in author]
    if isinstance(author, dict) and isinstance(author.get("@id"), str) and not author.get("name"):
        return {**by_id.get(author["@id"], {}), **author}
    return author


def _listed(data: Json) -> Iterator[Json]:
    """The objects of a list and those of a @graph."""
    for item in data if isinstance(data, list) else [data]:
        if isinstance(item, dict):
            yield item
            yield from _listed(list_at(item, "@graph"))


def _articles(data: Json) -> Iterator[Json]:
    for item in _listed(data):
        kinds = item.get("@type")
        if ARTICLES.intersection(
            kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)
        ):
            yield item
        if isinstance(entity := item.get("mainEntity"), dict):
            yield from _articles(entity)
