"""Where the generator of a site puts a post: from its path, its front matter and the site's permalinks."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from feature_pipeline import dates
from feature_pipeline.sources.folder.site_generators import Site, text_of

Values = Mapping[str, Any]
# https://jekyllrb.com/docs/permalinks/#built-in-formats
JEKYLL_STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
HEXO_STYLE = ":year/:month/:day/:title/"
# By the names that Jekyll, Hugo and Hexo give them. "%-d" is not portable, so i_day is not among them.
DATE_FORMATS = {
    "year": "%Y", "month": "%m", "day": "%d", "hour": "%H", "minute": "%M", "second": "%S", "short_year": "%y",
    "long_month": "%B", "monthname": "%B", "long_day": "%A", "weekdayname": "%A", "week": "%V", "w_year": "%G",
    "w_day": "%u", "y_day": "%j", "weekday": "%w",
}  # fmt: skip
PLACEHOLDER = re.compile(r":([a-z_]+)(\[[^\]]*\])?")
DATED_STEM = re.compile(r"^(\d{2,4}-\d{1,2}-\d{1,2})-(.+)$")
LANGUAGE_SUFFIX = re.compile(r"^(.+)\.([a-z]{2}(?:-[a-z]{2,4})?)$", re.IGNORECASE)


def address(site: Site, name: str, values: Values, *, title: str) -> str:
    """The path of the post's page, such as "/2023/04/02/fog.html"; "" when it is not known.

    `name` is the file's, relative to the folder that is read; `values` its front matter.
    """
    path = site.path_of(name)
    if path is None or not site.generator:
        return ""
    moment = next((m for key in ("date", "publishdate") if (m := dates.as_written(values.get(key)))), None)
    moment = moment or dates.as_written(dates.from_path(name))
    if site.has_bundles:
        found = _hugo(site, path, values, title=title, moment=moment)
    else:
        found = _jekyll(site, path, values, moment=_in_zone(moment, text_of(site.settings, "timezone")))
    return re.sub(r"/{2,}", "/", f"/{found}").replace(" ", "%20") if found else ""


def expand(pattern: str, values: Mapping[str, str], moment: datetime | None) -> str:
    """`pattern` with its placeholders filled; "" when one of them is not known, or needs a date and there is none."""
    found = dict(values)
    if moment:
        found |= {name: moment.strftime(form) for name, form in DATE_FORMATS.items()}
        found |= {"i_day": str(moment.day), "i_month": str(moment.month), "yearday": str(moment.timetuple().tm_yday)}
        found |= {"short_month": moment.strftime("%b").upper(), "short_day": moment.strftime("%a").upper()}
    unknown = [match[0] for match in PLACEHOLDER.finditer(pattern) if match[1] not in found or match[2]]
    return "" if unknown else PLACEHOLDER.sub(lambda match: found[match[1]], pattern)


def _jekyll(site: Site, path: PurePosixPath, values: Values, *, moment: datetime | None) -> str:
    named, configured = text_of(values, "permalink"), text_of(site.settings, "permalink")
    stem, folders = path.stem, list(path.parent.parts)
    if "_posts" not in folders:
        return "" if any(folder.startswith("_") for folder in folders) or not values else _page(path, configured)
    if dated := DATED_STEM.match(stem):
        stem = dated[2]
        moment = moment or dates.as_written(dated[1])
    elif site.generator == "jekyll":
        return ""  # Jekyll makes no page of it
    inside = folders[folders.index("_posts") + 1 :]
    above = folders[: folders.index("_posts")]
    slug = text_of(values, "slug")
    names = {
        "title": _slug(slug or stem, kept="._~!$&'()+,;=@"),
        "slug": _slug(slug or stem).lower(),
        "name": _slug(stem).lower(),
        "categories": "/".join(dict.fromkeys([*above, *_categories(values)])).lower(),
        "output_ext": ".html",
    }
    default = "date"
    if site.generator == "hexo":
        default = HEXO_STYLE
        names |= {"title": "/".join([*inside, stem]), "name": stem, "category": "/".join(_categories(values)[:1])}
    pattern = named or configured or default
    return expand(JEKYLL_STYLES.get(pattern, pattern), names, moment)


def _page(path: PurePosixPath, permalink: str) -> str:
    folder = f"{path.parent.as_posix()}/" if path.parent.parts else ""
    if path.stem == "index":
        return f"/{folder}"
    return f"{folder}{path.stem}/" if permalink == "pretty" or permalink.endswith("/") else f"{folder}{path.stem}.html"


def _hugo(site: Site, path: PurePosixPath, values: Values, *, title: str, moment: datetime | None) -> str:
    stem, language = path.stem, ""
    if (suffixed := LANGUAGE_SUFFIX.match(stem)) and (not site.languages or suffixed[2].lower() in site.languages):
        stem, language = suffixed[1], suffixed[2].lower()
    folders = [_urlized(folder) for folder in path.parent.parts]
    name = stem
    if site.generator == "zola" and (dated := DATED_STEM.match(stem)):
        name = dated[2]
    if section_page := stem == "_index":
        name = ""
    elif stem == "index":
        name = folders.pop() if folders else ""
    slug = text_of(values, "slug")
    last = _urlized(slug or name)
    pattern = "" if section_page or not folders else _hugo_pattern(site, folders[0])
    if pattern:
        names = {
            "title": _urlized(title),
            "slug": _urlized(slug or title),
            "filename": _urlized(name),
            "contentbasename": _urlized(name),
            "slugorfilename": last,
            "slugorcontentbasename": last,
            "section": folders[0],
            "sections": "/".join(folders),
        }
        found = expand(pattern, names, moment)
        if not found:
            return ""
    else:
        ugly = text_of(site.settings, "uglyurls").lower() == "true" and not section_page
        found = "/".join([*folders, last]) + (".html" if ugly else "/")
    default = text_of(site.settings, "defaultcontentlanguage") or text_of(site.settings, "default_language") or "en"
    return f"{language}/{found}" if language and language != default.lower() else found


def _hugo_pattern(site: Site, section: str) -> str:
    permalinks = site.settings.get("permalinks")
    if not isinstance(permalinks, dict):
        return ""
    pages = permalinks.get("page")
    found = (pages if isinstance(pages, dict) else permalinks).get(section)
    return found if isinstance(found, str) else ""


def _categories(values: Values) -> list[str]:
    found = values.get("categories") or values.get("category") or []
    names = found.split() if isinstance(found, str) else found if isinstance(found, list) else []
    return [str(name) for name in names if isinstance(name, str | int)]


def _slug(text: str, *, kept: str = "") -> str:
    return re.sub(rf"[^\w{re.escape(kept)}]+" if kept else r"[\W_]+", "-", text).strip("-")


def _urlized(text: str) -> str:
    """https://gohugo.io/functions/urls/urlize/"""
    return re.sub(r"[^\w./+~%#@-]", "", re.sub(r"\s+", "-", text.strip())).lower()


def _in_zone(moment: datetime | None, zone: str) -> datetime | None:
    if moment is None or moment.tzinfo is None or not zone:
        return moment
    try:
        return moment.astimezone(ZoneInfo(zone))
    except (KeyError, ValueError, OSError, OverflowError):  # no such zone
        return moment
