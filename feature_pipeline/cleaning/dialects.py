"""What only some dialects of Markdown have, reduced to what all have; code is left alone.

What goes leaves its line blank, so that every rule finds the others' lines, and those of code, where they were.
"""

import re

from feature_pipeline.cleaning.blocks import code_blocks
from feature_pipeline.cleaning.obsidian import is_query, without_block_ids, without_comments, without_properties
from feature_pipeline.cleaning.pandoc import without_attributes, without_div_marks
from feature_pipeline.cleaning.shortcodes import paired_tags_resolved, without_tag_lines

# Whether there may be anything to do: most texts have none of it, and are not parsed twice.
MARKS = re.compile(
    r"%%|^[ \t]*:::|\{\{|\{%|(?:```|~~~)[ \t]*(?:dataview|tasks)|\s\^[\w-]+[ \t]*$|::[ \t]|[\])`]\{|^#.*\}[ \t]*$",
    re.MULTILINE,
)


def common_markdown(text: str, fence: str) -> str:
    """`fence` is one that nothing in `text` can be: highlighted code is put between two of it."""
    if not MARKS.search(text):
        return text
    text = paired_tags_resolved(text, fence)
    lines = text.split("\n")
    code: set[int] = set()
    for token in code_blocks(text):
        start, end = token.map or (0, 0)
        code.update(range(start, end))
        if is_query(token):
            lines[start:end] = [""] * (end - start)
    for rule in (
        without_comments,
        without_tag_lines,
        without_div_marks,
        without_properties,
        without_block_ids,
        without_attributes,
    ):
        rule(lines, code)
    return "\n".join(lines)
