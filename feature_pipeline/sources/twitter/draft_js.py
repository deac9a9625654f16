"""Draft.js content, the editor's format behind X's articles → Markdown."""

from feature_pipeline.formats.json_values import Json, list_at, text_at

MARKS = {
    "header-one": "# ",
    "header-two": "## ",
    "header-three": "### ",
    "header-four": "#### ",
    "header-five": "##### ",
    "header-six": "###### ",
    "unordered-list-item": "- ",
    "ordered-list-item": "1. ",
    "blockquote": "> ",
}
LISTS = ("unordered-list-item", "ordered-list-item")
NOT_TEXT = ("atomic", "media", "divider")


def draft_to_markdown(content: Json) -> str:
    """`content` is {"blocks": [{"text", "type", …}], …}; whatever is not text is left out."""
    parts: list[str] = []
    before = ""
    for block in list_at(content, "blocks"):
        kind, text = text_at(block, "type"), text_at(block, "text")
        if kind in NOT_TEXT or not text.strip():
            continue
        if kind == "code-block":
            text = f"```\n{text}\n```"
        else:
            text = "\n".join(
                MARKS.get(kind, "") * (i == 0 or kind == "blockquote") + line for i, line in enumerate(text.split("\n"))
            )
        parts += ["" if not parts else "\n" if kind == before and kind in LISTS else "\n\n", text]
        before = kind
    return "".join(parts)
