"""A page of a Notion export → its title, its properties and its text."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from lxml import etree

from feature_pipeline.formats.html_parts import by_class, drop, inner_html, parse_page, words_of

PAGE_ID = re.compile(r"^(.*?)[ _-]?((?:[0-9a-f]{32})|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:_all)?$", re.DOTALL)
HEADING = re.compile(r"\s*#\s+(.*?)[ \t]*#*[ \t]*(?:\n|$)")
PROPERTY = re.compile(r"([^\W\d_][^\n:]{0,60}?):[ \t]+(\S.*)$")
# What Notion calls properties itself. A page of a table that was not exported is known by one of these, or by several.
USUAL = {
    *(
        "created",
        "created time",
        "created by",
        "last edited time",
        "last edited by",
        "last edited",
        "tags",
        "tag",
        "date",
    ),
    *("status", "type", "category", "url", "priority", "due", "due date", "published", "publish date", "files & media"),
    *("erstellt", "erstellt am", "erstellt von", "zuletzt bearbeitet", "schlagwörter", "datum", "typ", "kategorie"),
    *(
        "créé",
        "créé le",
        "date de création",
        "créée par",
        "étiquettes",
        "statut",
        "creado",
        "fecha",
        "etiquetas",
        "estado",
    ),
    *(
        "作成日時",
        "作成者",
        "タグ",
        "日付",
        "ステータス",
        "创建时间",
        "标签",
        "日期",
        "状态",
        "생성 일시",
        "태그",
        "날짜",
    ),
}
LINK_ALONE = re.compile(r"\s*!?\[([^\[\]]*)\]\(([^()\s]*(?:\([^()]*\)[^()\s]*)*)\)\s*")
EXPORTED = re.compile(r"\.(?:md|html|csv|pdf|png|jpe?g|gif|svg|mp[34]|mov|zip|txt|docx?|xlsx?|pptx?)$", re.IGNORECASE)
CALLOUT = re.compile(r"^[ \t]*</?aside>[ \t]*$\n?", re.MULTILINE)
ICON = re.compile(r"<img [^<>]*src=\"(?:https://www\.notion\.so)?/?icons/[^<>]*>\s*")
EMPTY_TASK = re.compile(r"^[ \t]*- \[[ xX]?\][ \t]*$\n?", re.MULTILINE)
FURNITURE = (
    "link-to-page",
    "bookmark",
    "collection-content",
    "table_of_contents",
    "source",
    "icon",
    "page-header-icon",
)


@dataclass(frozen=True, slots=True)
class NotionPage:
    title: str
    text: str
    properties: dict[str, str] = field(default_factory=dict)  # by name in lower case


def split_id(name: str) -> tuple[str, str]:
    """A file's or a folder's name without its ending → the page's name, and its id without hyphens ("" for none)."""
    match = PAGE_ID.match(PurePosixPath(name).name.strip())
    return (match[1].strip(), match[2].replace("-", "")) if match else (PurePosixPath(name).name, "")


def markdown_page(text: str, columns: Collection[str]) -> NotionPage:
    """`columns`: of the table that the page is a row of, in lower case; empty where that is not there."""
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    heading = HEADING.match(text)
    properties, body = _properties(text[heading.end() :] if heading else text, columns)
    return NotionPage(heading[1].strip() if heading else "", _own_text(body), properties)


def _properties(text: str, columns: Collection[str]) -> tuple[dict[str, str], str]:
    """The lines "Name: value" right below the title, up to a blank one."""
    lines = text.lstrip("\n").split("\n")
    found: dict[str, str] = {}
    for line in lines:
        match = PROPERTY.match(line)
        if match is None or (columns and match[1].strip().lower() not in columns):
            break
        found[match[1].strip().lower()] = match[2].strip()
    ends = len(found) == len(lines) or not lines[len(found)].strip()
    if not found or not (columns or (ends and (len(found) > 1 or USUAL & found.keys()))):
        return {}, text
    return found, "\n".join(lines[len(found) :])


def _own_text(text: str) -> str:
    """Without what only leads to other files of the export, and the marks around callouts."""
    text = EMPTY_TASK.sub("", ICON.sub("", CALLOUT.sub("", text)))
    return "\n".join(line for line in text.split("\n") if not _only_leads(line))


def _only_leads(line: str) -> bool:
    link = LINK_ALONE.fullmatch(line)
    if link is None:
        return False
    is_elsewhere = re.match(r"[a-z][a-z0-9+.-]*:", link[2], re.IGNORECASE)
    return link[1] == link[2] or (EXPORTED.search(link[2]) is not None and not is_elsewhere)


def html_page(text: str) -> NotionPage | None:
    """None for what is no page of Notion's."""
    root = parse_page(text)
    body = next(by_class(root, "page-body"), None) if root is not None else None
    if root is None or body is None:
        return None
    properties: dict[str, str] = {}
    for row in by_class(root, "property-row"):
        name, value = row.find(".//th"), row.find(".//td")
        if name is not None and words_of(value):
            properties[words_of(name).lower()] = _value(value)
    drop(by_class(body, *FURNITURE))
    for figure in list(by_class(body, "callout")):
        figure.tag = "div"
    return NotionPage(words_of(next(by_class(root, "page-title"), None)), inner_html(body).strip(), properties)


def _value(cell: etree._Element | None) -> str:
    if cell is None:
        return ""
    several = [words_of(each) for each in by_class(cell, "selected-value")]
    return ", ".join(several) or words_of(cell).lstrip("@")
