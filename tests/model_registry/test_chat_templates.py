"""Chat templates rendered by us and by transformers. The templates are of this project; what they use, others use."""

import json
from typing import Any

import pytest

from model_registry.base_models import BaseModelFiles
from model_registry.chat_templates import PROMPT_DAY
from model_registry.errors import IncompatibleModelError
from model_registry.prompting import ChatMessage, PromptRenderer

TALK = [
    ChatMessage("system", "Answer in <two> lines, d'accord?"),
    ChatMessage("user", "Hello!\n  "),
    ChatMessage("assistant", "Good day & good night."),
    ChatMessage("user", "What about café “fog”? 🌫️"),
]
GENERATION = """\
{%- for m in messages %}
    {%- if m.role == 'assistant' %}
        {%- generation %}
<|{{ m.role }}|>
{{ m.content }}
        {%- endgeneration %}
    {%- elif m.role == 'user' %}
        {% generation %}({{ loop.index }}){% endgeneration %}
<|{{ m.role }}|>{{ m.content | trim }}
    {%- endif %}
{% endfor %}
{%- if add_generation_prompt %}<|assistant|>{% endif %}"""
DATE = """\
{%- if strftime_now is defined %}{% set day = strftime_now("%d %B %Y") %}{% else %}{% set day = "unknown" %}{% endif %}
Today is {{ day }}, {{ strftime_now('%Y-%m-%d') }}.
{% for m in messages %}{{ bos_token }}[{{ m.role }}]{{ m.content }}{% endfor %}"""
JSON = """\
{{ messages | tojson }}
{{ messages[0] | tojson(indent=2) }}
{{ messages[3] | tojson(ensure_ascii=true, sort_keys=true, separators=(',', ':')) }}
{{ {'b': 1, 'a': [true, none]} | tojson }}"""
THINKING = """\
{%- for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}
{%- if enable_thinking | default(true) %}think aloud{% else %}answer{% endif %}"""
SPACES = """\
{% for m in messages %}
    {% if loop.first %}
{{ m.content }}
    {% continue %}
    {% endif %}
  {{- ' ' + m.content.strip().split('!')[0] }}
{% endfor %}
{% set kept = namespace(last='') %}{% for m in messages %}{% set kept.last = m.role %}{% endfor %}{{ kept.last }}"""


@pytest.fixture(scope="module")
def tokenizer(base_model: BaseModelFiles) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(base_model.folder)


def renderer(base: BaseModelFiles, template: str) -> PromptRenderer:
    return PromptRenderer("Maud", template, base.tokenizer_json, base.special_tokens)


@pytest.mark.parametrize("template", [GENERATION, DATE, JSON, THINKING, SPACES])
def test_a_template_is_rendered_as_transformers_renders_it(
    template: str, base_model: BaseModelFiles, tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers.utils import chat_template_utils

    class Then:
        now = staticmethod(lambda: PROMPT_DAY)

    monkeypatch.setattr(chat_template_utils, "datetime", Then)
    expected = tokenizer.apply_chat_template(
        [{"role": m.role, "content": m.content} for m in TALK],
        chat_template=template,
        tokenize=False,
        add_generation_prompt=True,
        enable_thinking=False,
    )
    assert renderer(base_model, template).text(TALK) == expected
    assert len(expected) > 40


def test_a_prompt_is_the_same_on_every_day(base_model: BaseModelFiles) -> None:
    assert "Today is 01 January 2025, 2025-01-01." in renderer(base_model, DATE).text(TALK)


def test_json_holds_what_was_written(base_model: BaseModelFiles) -> None:
    first, *_ = renderer(base_model, JSON).text(TALK).splitlines()
    assert json.loads(first)[3]["content"] == TALK[3].content
    assert "<two> lines, d'accord" in first
    assert "café" in first


@pytest.mark.parametrize("template", ["{% generation %}never closed", "{% endgeneration %}"])
def test_a_template_that_does_not_parse_is_refused(template: str, base_model: BaseModelFiles) -> None:
    with pytest.raises(IncompatibleModelError, match="does not parse"):
        renderer(base_model, template).text(TALK)
