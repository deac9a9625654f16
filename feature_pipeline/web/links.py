"""URLs as names of pages: one spelling for each page."""

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from feature_pipeline.links import joined
from feature_pipeline.tracking import without_tracking

# Parameters that say which visit it is, or open a form on the page: beside those that tell where one came from.
VISIT = re.compile(r"phpsessid|jsessionid|aspsessionid\w*|sessionid|cfid|cftoken|replytocom|share|nb", re.IGNORECASE)
SESSION_IN_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
FILES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|css|m?js|json|xml|rss|atom|rdf|txt|pdf|epub|mobi|ps|docx?|xlsx?|"
    r"pptx?|od[tsp]|csv|tsv|zip|gz|tgz|bz2|xz|7z|rar|tar|dmg|exe|msi|deb|rpm|iso|apk|jar|mp[34]|m4[av]|og[gv]|opus|"
    r"flac|wav|webm|mov|avi|mkv|woff2?|ttf|otf|eot|ics|vcf|asc|sig|py|ipynb|bib)$",
    re.IGNORECASE,
)
SAFE_IN_PATH = ":@!$&'()*+,;=~-._"
DEFAULT_PORTS = {"http": 80, "https": 443}


def normalised(url: str) -> str:
    """The spelling that names the page; "" when it is no web address."""
    try:
        parts = urlsplit(without_tracking(url.strip()))
        port = parts.port
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not host:
        return ""
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != DEFAULT_PORTS[scheme]:
        netloc += f":{port}"
    path = "/".join(map(_requoted, SESSION_IN_PATH.sub("", parts.path).split("/")))
    kept = [(key, value) for key, value in parse_qsl(parts.query, True) if not VISIT.fullmatch(key)]
    # A query that loses no parameter is kept verbatim: re-encoding could change what the server reads.
    query = parts.query if len(kept) == len(parse_qsl(parts.query, True)) else urlencode(kept)
    return urlunsplit((scheme, netloc, path or "/", query, ""))


def absolute(base: str, link: str) -> str:
    """`link` as a page at `base` means it, normalised; "" when it leads to no web page."""
    return normalised(joined(base, link.strip()))


def same_site(url: str, other: str) -> bool:
    """Whether both lie on one host; with or without "www." and TLS it is the same."""
    return _site(url) == _site(other) != ("", None)


def is_below(url: str, start: str) -> bool:
    """Whether `url` is `start` or lies below it, on its site: "/blog" is a folder, "/blog/index.html" lies in one."""
    folder, _, last = urlsplit(start).path.rpartition("/")
    if last and "." not in last:
        folder = f"{folder}/{last}"
    path = urlsplit(url).path
    return same_site(url, start) and (path.rstrip("/") == folder or path.startswith(f"{folder}/"))


def is_page(url: str) -> bool:
    """Whether it may be a page to read, by its ending: no image, no archive, no script."""
    return not FILES.search(urlsplit(url).path)


def _requoted(segment: str) -> str:
    """An escaped slash stays escaped: it is not a separator."""
    return quote(unquote(segment, errors="surrogateescape"), SAFE_IN_PATH, errors="surrogateescape")


def _site(url: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(url)
        port = None if parts.port in (80, 443) else parts.port
        return (parts.hostname or "").rstrip(".").removeprefix("www."), port
    except ValueError:
        return "", None
