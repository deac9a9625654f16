"""Texts of every format in a shape that nobody foresaw: cleaned, masked and looked into, with no exception of our own.

What a library raises on one is the reason for which its post is quarantined. `FAULTS=all` tries often, and at other
places each time.
"""
# ruff: noqa: E501  # lines of texts

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import feature_pipeline
from fakes.mutations import ALL, changed, changes, tried
from fakes.posts import post
from feature_pipeline import cleaning, dates, limits, privacy
from feature_pipeline.conversations import why_conversation
from feature_pipeline.errors import SourceError
from feature_pipeline.formats.bylines import written_by
from feature_pipeline.formats.front_matter import split_front_matter
from feature_pipeline.formats.local_times import local_time
from feature_pipeline.formats.org import org_markdown
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.formats.post_fields import read_html_head
from feature_store.records import ContentType

EXAMPLES = 400 if ALL else 40
OURS = Path(feature_pipeline.__file__).parent.parent
PROSE = "The fog came in at six, and the *ferry* went out at **seven**, as `it` [does](https://maud.example/x_(y)).\n"
TEXTS: dict[str, tuple[ContentType, str]] = {
    "markdown": (ContentType.MARKDOWN, f"---\ntitle: Fog\ntags: [a, 'b']\n---\n# Fog\n\n{PROSE}\n> Theirs,\n> > and theirs.\n\n"
        "- one\n  - two\n1. three\n\n```py\na = 1\n```\n\n    code\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[^1]: Note.\n[r]: http://x.y 'z'\n"
        "<div><b>html</b><blockquote>q</blockquote></div>\n\n<!-- no --> &amp; \\* ~~gone~~ ![p](q.png) <https://x.y>\n"),
    "obsidian": (ContentType.MARKDOWN, f"[[Fog|the fog]] ![[pier.png|300]] #tag ==mark==\nrating:: 5\n\n> [!note]- Mind\n> {PROSE}\n%%hidden%%\n"
        "A claim. ^a1b2\n\n```dataview\nLIST\n```\n(mood:: calm) [rating:: 9]\n"),
    "shortcodes": (ContentType.MARKDOWN, "{{< figure src=\"a.png\" >}}\n\n{{% notice tip %}}\n- one\n{{% /notice %}}\n{% raw %}{{ x }}{% endraw %}\n"
        f"{{% highlight go %}}\nx := 1\n{{% endhighlight %}}\n{PROSE}{{{{< quote >}}}}q{{{{< /quote >}}}}\n"),
    "pandoc": (ContentType.MARKDOWN, f"## Part {{#sec .x}}\n\n::: {{.callout-note title=\"Step\"}}\n{PROSE}\n:::\n\nA [small]{{.smallcaps}} `x`{{.r}} @knuth84 $x^2$\n"),
    "mdx": (ContentType.MDX, f"import Tabs from '@theme/Tabs';\nexport const meta = {{\n  a: ['b', {{c: 1}}],\n}}\n\n<Tabs a={{1}}>\n\n{PROSE}\n</Tabs>\n\n{{/* no */}} {{x}}\n"),
    "rst": (ContentType.RST, f"Fog\n===\n\n:date: 2024-01-02\n\n{PROSE}\n.. note:: Mind\n   the step.\n\n.. code-block:: python\n\n   a = 1\n\n"
        "* one\n\n  1. two\n\nA claim [1]_, :ref:`label <x>`, |n|.\n\n.. [1] Its source.\n.. |n| replace:: Maud\n\n=====  =====\nA      B\n=====  =====\n1      2\n=====  =====\n"),
    "html": (ContentType.HTML, f"<!doctype html><html><head><title>Fog – Maud</title><meta name=author content='Maud'></head><body><nav><a href=/>Home</a></nav>"
        f"<article><h1>Fog</h1><p class=byline>By Maud</p><time datetime=2024-01-02>x</time><p>{PROSE * 6}</p><ul><li>a<ol start=3><li>b</ol></ul>"
        "<pre><code>a &lt; b</code></pre><blockquote><p>q</blockquote><table><tr><td>1<td>2</table><img alt=p><div class='comments'>c</div></article>"
        "<script type='application/ld+json'>{\"@type\": \"BlogPosting\", \"author\": [{\"@id\": \"#m\"}]}</script><footer>f</footer>"),
    "fragment": (ContentType.HTML, f"<p>{PROSE}<br>&nbsp;<b>b</b></p><ul><li>a</li></ul><pre>x\ny</pre><blockquote>q</blockquote><p>{{% raw %}}{{{{ x }}}}</p>"),
    "plain": (ContentType.PLAIN, f"@ann_lee {PROSE}\n> q\n\nMail maud@fog.example, +44 20 7946 0958, 4111 1111 1111 1111, AKIAIOSFODNN7EXAMPLE,\n"
        "password: hunter2hunter2, DE89 3704 0044 0532 0130 00, 12 Tar Lane, Carrick CA1 2AB. https://x.y/?utm_source=a&b=c\n"),
    "org": (ContentType.PLAIN, f"#+TITLE: Fog\n* TODO [#A] Fog [1/3] :a:\n:PROPERTIES:\n:ID: 1\n:END:\n{PROSE}#+begin_src py\nx\n#+end_src\n[[https://x.y][l]] *b* /i/\n"),
    "chat": (ContentType.PLAIN, "[10:02:33] <ann> is there fog?\n[10:02:40] <maud> yes\n31/12/2023, 23:58 - Ann: so\n\nAnn Lee — Today at 9:03 PM\nfog?\n"),
}  # fmt: skip


def _front_matter(text: str) -> None:
    values, _ = split_front_matter(text)
    for value in values.values():
        dates.to_utc(value)
        written_by(value)


READERS: dict[str, Callable[[str, ContentType], Any]] = {
    "cleaning": lambda text, kind: cleaning.PIECES[kind](cleaning.plain_lines(text)),
    "context": plain_text,
    "conversation": lambda text, kind: why_conversation(text, name="x.txt", html=kind is ContentType.HTML),
    "front matter": lambda text, kind: _front_matter(text),
    "page": lambda text, kind: read_html_head(text),
    "org": lambda text, kind: org_markdown(text),
    "times": lambda text, kind: [(dates.to_utc(line), local_time(line)) for line in text.split("\n")],
}


def is_ours(error: Exception) -> bool:
    """Whether code of this project raised it, and not what it calls."""
    place = Path(traceback.extract_tb(error.__traceback__)[-1].filename)
    return place.is_relative_to(OURS) and "site-packages" not in place.parts


def why_ours(read: Callable[[str, ContentType], Any], text: str, kind: ContentType) -> str:
    """What code of this project raises on it that is meant for nobody, or that it takes too long; "" for neither."""
    try:
        limits.within_limits(lambda: read(text, kind), characters=len(text))
    except SourceError as error:
        cause = error.__cause__
        if " s to read" in str(error) or (
            isinstance(cause, Exception) and limits.is_unforeseen(cause) and is_ours(cause)
        ):
            return str(error)
    return ""


def examine(text: str, kind: ContentType) -> None:
    assert {name: why for name, read in READERS.items() if (why := why_ours(read, text, kind))} == {}
    document = cleaning.clean(post(text, content_type=kind, context=text[:500], title=text[:80]), min_words=3)
    masked = privacy.mask(document, people=("Ann Lee", text[:20]), allow=(), phone_region="GB")
    for said in (masked.title, masked.text, masked.context, masked.quarantine):
        said.encode("utf-8")


def mutated(name: str, data: st.DataObject) -> tuple[str, ContentType]:
    kind, text = TEXTS[name]
    called = "x.html" if kind is ContentType.HTML else "x.md"
    made = data.draw(changes(text.encode(), called))
    return changed(text.encode(), called, made).decode("utf-8", "replace"), kind


@tried(12)
@given(name=st.sampled_from(sorted(TEXTS)), data=st.data())
def test_some_mutations_of_any_text(name: str, data: st.DataObject) -> None:
    examine(*mutated(name, data))


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
def test_mutations(name: str, record_property: Callable[[str, object], None]) -> None:
    tries = 0

    @tried(EXAMPLES)
    @given(data=st.data())
    def many(data: st.DataObject) -> None:
        nonlocal tries
        tries += 1
        examine(*mutated(name, data))

    many()
    record_property("tries", tries)
