"""Which of the listed files are posts: files that belong to a post, or are generated from it, are not."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from feature_pipeline.archives import MEGABYTE
from feature_pipeline.errors import SourceError, UnreadableItemError
from feature_pipeline.formats.front_matter import split_front_matter, starts_with_front_matter
from feature_pipeline.formats.json_values import parse_json, text_at
from feature_pipeline.sources.folder.listing import ListedFile, Listing
from feature_pipeline.sources.folder.site_generators import PARENTS, Site, find_site

HOUSEKEEPING = {
    *("readme", "license", "licence", "copying", "notice", "changelog", "contributing", "code_of_conduct", "security"),
    *("robots", "humans", "requirements", "sitemap", "urllist", "ads", "app-ads", "sellers", "llms", "llms-full"),
    *("cmakelists", "keybase", "version"),
}
ERROR_PAGE = re.compile(
    r"(?:40[0-9]|50[0-9x])(?:[-_ .](?:page|error|[a-z]{2}))?|(?:page[-_ ])?not[-_ ]?found", re.IGNORECASE
)
SAYS_ERROR = re.compile(r"not found|\berror\b|\b404\b|(?:does not|doesn.t) exist", re.IGNORECASE)
ERROR_PAGE_WORDS = 150  # at most; a note may have a number for its name
# By whom one proves that a site is one's own: Google, Yandex, Baidu, Naver, Pinterest, Zoho, Mail.ru, Loader.io, …
VERIFICATION = re.compile(
    r"google[0-9a-f]{10,}|yandex_[0-9a-f]{10,}|baidu_verify_.+|naver[0-9a-f]{20,}|pinterest-[0-9a-z]{4,8}|zohoverify"
    r"|verifyforzoho|mailru-verification.+|loaderio-.+|bingsiteauth|[\w-]*-?site-?verification[\w-]*|[0-9a-f]{24,}",
    re.IGNORECASE,
)
VERIFIES = re.compile(r"verif", re.IGNORECASE)
VERIFICATION_BYTES = 500
LANGUAGE = r"(?:\.[a-z]{2}(?:-[a-z]{2,4})?)?$"
BUNDLE = re.compile("index" + LANGUAGE, re.IGNORECASE)
SECTION = re.compile("_index" + LANGUAGE, re.IGNORECASE)
PAGE = (".md", ".markdown", ".mdx", ".qmd", ".rmd", ".rst", ".org")
# R Markdown and Quarto write their results beside their sources, and what these need into folders beside them.
RENDERED_FROM = (".rmd", ".qmd")
RENDERED_TO = (".md", ".markdown", ".html", ".htm", ".pdf", ".docx")
RENDERED_FOLDER = re.compile(r"(.+)_(?:files|cache|libs)$", re.IGNORECASE)
TEMPLATES = ("templates", "_templates")
TEMPLATE_FOLDERS = (
    (".obsidian/templates.json", "folder"),
    (".obsidian/plugins/templater-obsidian/data.json", "templates_folder"),
)
ATTACHED = (".pdf", ".docx", ".html", ".htm")
PLUGIN = re.compile(r"^(excalidraw|kanban)-plugin:", re.MULTILINE)
PLUGIN_NOTES = {"excalidraw": "drawing", "kanban": "board"}
PROBE = 1000
Beside = Callable[[int, str], bytes | None]


@dataclass(frozen=True, slots=True)
class PostFiles:
    files: Sequence[ListedFile]  # by name
    site: Site


def select_posts(listing: Listing, folder: PurePosixPath) -> PostFiles:
    """The posts of `listing`; the others are counted in its `ignored`. `folder`: what its names are relative to."""
    readable = [file for file in listing.files if not file.problem]
    names = [file.name for file in readable]
    site = find_site(listing.beside, folder, names)
    ignored = {
        **_of_vault(readable, listing.beside),
        **_rendered(names),
        **_resources(names, site),
        **{name: f"outside of {site.content}/" for name in names if site.path_of(name) is None},
        **{file.name: reason for file in readable if (reason := _without_post(file))},
    }
    listing.ignored.update(ignored.values())
    return PostFiles([file for file in listing.files if file.name not in ignored], site)


def _of_vault(files: Sequence[ListedFile], beside: Beside) -> dict[str, str]:
    """Of Obsidian's: drawings, boards, templates, and documents that notes refer to."""
    vault = any(beside(up, ".obsidian/app.json") is not None for up in range(PARENTS + 1))
    folders = [configured for name, key in TEMPLATE_FOLDERS if (configured := _configured(beside(0, name), key))]
    ignored: dict[str, str] = {}
    for file in files:
        path = PurePosixPath(file.name)
        named = vault and any(part.lower() in TEMPLATES for part in path.parts[:-1])
        if named or any(path.is_relative_to(folder) for folder in folders):
            ignored[file.name] = "template"
        elif vault and path.suffix.lower() in ATTACHED:
            ignored[file.name] = "attachment"
        elif path.name.lower().endswith(".excalidraw.md"):
            ignored[file.name] = "drawing"
        elif vault and (plugin := PLUGIN.search(_text(file)[:PROBE])):
            ignored[file.name] = PLUGIN_NOTES[plugin[1]]
    return ignored


def _configured(data: bytes | None, key: str) -> str:
    try:
        return text_at(parse_json(data, what="it"), key).strip("/") if data else ""
    except SourceError:
        return ""


def _rendered(names: Sequence[str]) -> dict[str, str]:
    """What Quarto and R Markdown made, and files that they put into others, whose names begin with "_"."""
    paths = [PurePosixPath(name) for name in names]
    sources = {path.with_suffix("") for path in paths if path.suffix.lower() in RENDERED_FROM}
    pages = sources | {path.with_suffix("") for path in paths if path.suffix.lower() in (".html", ".htm")}
    ignored: dict[str, str] = {}
    for path in paths:
        folders = (match for folder in path.parents if (match := RENDERED_FOLDER.match(folder.as_posix())))
        if path.suffix.lower() in RENDERED_TO and path.with_suffix("") in sources:
            ignored[str(path)] = "made from the .Rmd or .qmd beside it"
        elif any(PurePosixPath(folder[1]) in pages for folder in folders):
            ignored[str(path)] = "files of the page beside them"
        elif path.suffix.lower() in RENDERED_FROM and path.name.startswith("_"):
            ignored[str(path)] = "part of other pages"
    return ignored


def _resources(names: Sequence[str], site: Site) -> dict[str, str]:
    """Files in the folder of an index page, and below it, belong to that page.

    All of them where there are bundles, which the site or an _index.md shows; beside an index.qmd, and where several
    folders have an index, all but the pages that are written like it.
    """
    paths = [PurePosixPath(name) for name in names]
    indexes = [path for path in paths if BUNDLE.match(path.stem) and path.suffix.lower() in PAGE]
    bundles = {path.parent for path in paths if BUNDLE.match(path.stem) and path.parent.parts}
    if site.has_bundles or any(SECTION.match(path.stem) for path in paths):
        return {
            str(path): "page resource"
            for path in paths
            if (path.parent in bundles and not BUNDLE.match(path.stem))
            or any(p in bundles for p in path.parent.parents)
        }
    owners = {path.parent for path in indexes if path.suffix.lower() in RENDERED_FROM}
    nested = {path.parent for path in indexes if path.parent.parts}
    owners |= nested if len(nested) > 1 else set()
    return {
        str(path): "page resource"
        for path in paths
        if path.suffix.lower() not in PAGE and any(p in owners for p in path.parents) and not BUNDLE.match(path.stem)
    }


def _without_post(file: ListedFile) -> str:
    path = PurePosixPath(file.name)
    stem, ending = path.stem, path.suffix.lower()
    if ERROR_PAGE.fullmatch(stem) and (ending in (".html", ".htm") or _says_error(_text(file))):
        return "error pages"
    if VERIFICATION.fullmatch(stem) and ending in (".html", ".htm", ".txt"):
        text = _text(file)
        if len(text) < VERIFICATION_BYTES and (VERIFIES.search(text) or len(text.split()) <= 1):
            return "site verification"
    if stem.lower() in HOUSEKEEPING:
        return "" if starts_with_front_matter(_text(file)) else "README and the like"
    if SECTION.match(stem):
        try:
            _, body = split_front_matter(_text(file))
        except UnreadableItemError:
            return ""  # reading it as a post reports the problem
        return "" if body.strip() else "section page without text"
    return ""


def _says_error(text: str) -> bool:
    return SAYS_ERROR.search(text) is not None and len(text.split()) <= ERROR_PAGE_WORDS


def _text(file: ListedFile) -> str:
    try:
        return file.read(MEGABYTE).decode("utf-8-sig", "replace")
    except UnreadableItemError as error:
        return str(error)  # text, for all that is asked here; reading it as a post reports the problem
