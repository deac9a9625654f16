"""Addresses of other servers, as messages and logs may show them."""

from urllib.parse import urlsplit, urlunsplit


def without_password(url: str) -> str:
    """`url` without the user and the password that it may carry: "https://u:p@host/x" → "https://host/x"."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
