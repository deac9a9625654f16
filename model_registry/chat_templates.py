"""Compiles a base model's chat template as transformers does, but that no clock is read.

A template may write today's date into the prompt. Ours is always PROMPT_DAY: with the real date, no prompt that is
served would be one that was trained on, and the parity check would compare two days. A twin answers from its author's
posts and is never asked for the date. Another day is another prompt: change PROMPT_VERSION with it.
"""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

if TYPE_CHECKING:
    from jinja2 import Template, nodes
    from jinja2.parser import Parser

PROMPT_DAY = datetime(2025, 1, 1)  # a day, wherever


class GenerationBlock(Extension):
    """`{% generation %} … {% endgeneration %}` marks what an assistant wrote; here it is what stands in it."""

    tags = {"generation"}  # noqa: RUF012  # jinja2 says so

    def parse(self, parser: "Parser") -> "list[nodes.Node]":
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def compile_template(source: str) -> "Template":
    """Raises jinja2.TemplateError when it does not parse; so does rendering it where the template refuses."""
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[GenerationBlock, loopcontrols]
    )
    environment.filters["tojson"] = _to_json
    environment.globals |= {"raise_exception": _refuse, "strftime_now": PROMPT_DAY.strftime}
    return environment.from_string(source)


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """jinja2's own escapes HTML, sorts keys and knows `indent` alone."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _refuse(message: str) -> None:
    raise TemplateError(message)
