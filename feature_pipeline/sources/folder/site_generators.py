"""The site that a folder of posts belongs to, by its generator's configuration: Hugo, Zola, Jekyll, Hexo.

It gives the address that posts have there, and what the generator itself would leave out. Nothing is executed.
"""

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import yaml

Settings = dict[str, Any]
CONFIGURATIONS = (
    *(f"hugo.{ending}" for ending in ("toml", "yaml", "yml", "json")),
    *(f"config/_default/{name}.{ending}" for name in ("hugo", "config") for ending in ("toml", "yaml", "yml", "json")),
    *(f"config.{ending}" for ending in ("toml", "yaml", "yml", "json")),
    *("_config.yml", "_config.yaml", "_config.toml"),
)
HERE = PurePosixPath()
PARENTS = 3  # levels above the folder in which the site's configuration is searched for


@dataclass(frozen=True, slots=True)
class Site:
    """`generator` is "" when no configuration was found."""

    generator: str = ""  # "" | "hugo" | "zola" | "jekyll" | "hexo"
    base_url: str = ""  # absolute; "" when the configuration has none
    settings: Settings = field(default_factory=dict)  # keys in lower case
    prefix: PurePosixPath = HERE  # of the folder that is read, in the folder of the configuration

    @property
    def has_bundles(self) -> bool:
        """Whether files beside an index.md belong to it."""
        return self.generator in ("hugo", "zola")

    @property
    def content(self) -> PurePosixPath | None:
        """The folder outside of which nothing is a post; None when that may be anywhere."""
        if self.generator == "hexo":
            return PurePosixPath(text_of(self.settings, "source_dir") or "source")
        return PurePosixPath(text_of(self.settings, "contentdir") or "content") if self.has_bundles else None

    @property
    def languages(self) -> Settings:
        found = self.settings.get("languages")
        return found if isinstance(found, dict) else {}

    def path_of(self, name: str) -> PurePosixPath | None:
        """A file's path relative to the generator's content folder; None when it lies outside."""
        path = self.prefix / name
        if self.content is None:
            return path
        return path.relative_to(self.content) if path.is_relative_to(self.content) else None


def find_site(read: Callable[[int, str], bytes | None], folders: PurePosixPath, names: Iterable[str]) -> Site:
    """The site of the folder whose absolute path is `folders` and whose files are `names`.

    `read` returns a file's bytes by how many folders up it lies and its name there. A configuration that cannot be
    read is ignored.
    """
    parts = folders.parts[1:] if folders.is_absolute() else folders.parts
    for up in range(min(PARENTS, len(parts)) + 1):
        for name in CONFIGURATIONS:
            settings = parse_settings(name, read(up, name))
            site = _site(name, settings, PurePosixPath(*parts[len(parts) - up :])) if settings else Site()
            if site.generator and (site.content is None or any(site.path_of(file) for file in names)):
                return site
    return Site()


def text_of(settings: Mapping[str, Any], key: str) -> str:
    value = settings.get(key)
    return str(value).strip() if isinstance(value, str | int | bool) else ""


def _site(name: str, settings: Settings, prefix: PurePosixPath) -> Site:
    url = text_of(settings, "baseurl") or text_of(settings, "base_url")
    if name.startswith("_config"):
        generator = "hexo" if {"source_dir", "new_post_name"} & settings.keys() else "jekyll"
        base = text_of(settings, "url").rstrip("/")
        url = base if generator == "hexo" or not base else f"{base}/{url.strip('/')}"
    elif not url and not name.startswith(("hugo.", "config/")):
        return Site()  # any program may have a config.yaml
    else:
        generator = "zola" if "base_url" in settings else "hugo"
    return Site(generator, url.rstrip("/") if url.startswith(("http://", "https://")) else "", settings, prefix)


def parse_settings(name: str, data: bytes | None) -> Settings:
    """A file of settings by its ending, keys in lower case; {} for what is not there or is none."""
    if data is None:
        return {}
    try:
        text = data.decode("utf-8-sig")
        if name.endswith(".toml"):
            values: object = tomllib.loads(text.replace("\r\n", "\n"))
        elif name.endswith(".json"):
            values = json.loads(text)
        else:
            values = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - makes nothing but strings, lists and dictionaries
    except (ValueError, yaml.YAMLError, RecursionError):  # ValueError: of UTF-8, JSON and TOML alike
        return {}
    return _lowered(values) if isinstance(values, dict) else {}


def _lowered(values: Settings, *, levels: int = 2) -> Settings:
    """Keys in lower case, as Hugo reads them; those of languages and permalinks, which are tables, too."""
    return {
        str(key).lower(): _lowered(value, levels=levels - 1) if levels and isinstance(value, dict) else value
        for key, value in values.items()
    }
