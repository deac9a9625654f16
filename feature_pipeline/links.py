"""Links as people and programs write them. Some are no addresses, as "http://[", and urllib raises on these."""

from urllib.parse import SplitResult, urljoin, urlsplit


def joined(base: str, link: str) -> str:
    """`link` as a page at `base` means it; as it stands where one of the two is no address."""
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def parts_of(link: str) -> SplitResult:
    """All of them "" where it is no address."""
    try:
        return urlsplit(link)
    except ValueError:
        return SplitResult("", "", "", "", "")
