"""Dialects of Markdown, each known by its marks: Hugo, Jekyll, Hexo, Obsidian, Quarto, Docusaurus; and MDX."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.posts import document
from feature_pipeline.cleaning.dialects import common_markdown
from feature_pipeline.cleaning.mdx import markdown_of_mdx
from feature_store.records import ContentType, Document


def marked(doc: Document) -> list[tuple[str, str]]:
    return [(span.kind, doc.text[span.start : span.end]) for span in doc.marked]


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ('{{< figure src="a.png"\n  caption="x"\n>}}\n\nText.', "Text."),
        ("{{% notice tip %}}\n- one\n- **two**\n{{% /notice %}}\nOn.", "- one\n- **two**\n\nOn."),
        ("Before\n{{< youtube id >}}\nafter.", "Before\n\nafter."),
        ("A {{< param x >}} b, see [c]({{< ref \"d.md\" >}}).", "A b, see c."),
        ("One.\n\n<!--more-->\n\nTwo.", "One.\n\nTwo."),
        ("{{< comment >}}\nhidden\n{{< /comment >}}\nShown.", "Shown."),
        ("{% comment %}hidden{% endcomment %}Shown.", "Shown."),
        ("{% note info %}\nShown.\n{% endnote %}", "Shown."),
        ("{% raw %}\n{{ x }} stays not\n{% endraw %}\n\nText.", "stays not\n\nText."),
        ("{{< quote >}} and no end", "and no end"),
    ],
)  # fmt: skip
def test_shortcodes_of_hugo_and_tags_of_jekyll_and_hexo(written: str, cleaned: str) -> None:
    assert document(written).text == cleaned


@pytest.mark.parametrize(
    ("opening", "closing", "kind"),
    [
        ('{{< highlight go "linenos=table" >}}', "{{< /highlight >}}", "code"),
        ("{{% code %}}", "{{% /code %}}", "code"),
        ("{% codeblock lang:js %}", "{% endcodeblock %}", "code"),
        ("{{< mermaid >}}", "{{< /mermaid >}}", "code"),
        ('{{< blockquote author="x" >}}', "{{< /blockquote >}}", "quote"),
        ("{% blockquote @x http://y %}", "{% endblockquote %}", "quote"),
    ],
)
def test_paired_tags_that_say_whose_words_stand_between(opening: str, closing: str, kind: str) -> None:
    doc = document(f"Mine.\n\n{opening}\nfirst\n\nsecond\n{closing}\n\nMine again.")
    assert [(found, text.replace("> ", "").replace(">", "")) for found, text in marked(doc)] == [
        (kind, "first\n\nsecond")
    ]
    assert doc.text.startswith("Mine.\n\n")
    assert doc.text.endswith("\n\nMine again.")


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("A claim. ^a1b2c3\n\nNext. ^my-own-id", "A claim.\n\nNext."),
        ("- item ^0f9d2e\n- other", "- item\n- other"),
        ("See [[Fog|the fog]]. ^claim", "See the fog."),
        ("Yes ^really", "Yes ^really"),
        ("It has 3 m ^2", "It has 3 m ^2"),
        ("[[Fog]]\nrating:: 5\n**Read by**:: me\n\nText.", "Fog\n\nText."),
        ("[[Fog]]\n\nthought:: it is the sea that comes on land", "Fog\n\nit is the sea that comes on land"),
        ("I give it a [rating:: 9] of ten (mood:: calm).", "I give it a 9 of ten calm."),
        ("Rating:: 5 stays where nothing is a note", "Rating:: 5 stays where nothing is a note"),
        ("```dataview\nLIST FROM #fog\n```\n\nText #fog.", "Text #fog."),
        ("%%\nhidden\n\nhidden\n%%\nShown %%hidden%% here.", "Shown here."),
        ("![[Pier.png|300]]\n\n![[Note#Part]] Text.", "Text."),
        ("> [!warning]- Mind the step\n> It is *wet*.", "Mind the step\nIt is *wet*."),
        ("> [!info|wide] Mine", "Mine"),
    ],
)  # fmt: skip
def test_obsidian(written: str, cleaned: str) -> None:
    doc = document(written)
    assert doc.text == cleaned
    assert doc.marked == ()


def test_a_callout_that_quotes_is_a_quotation() -> None:
    doc = document("> [!quote] Pepys\n> And so to bed.\n\nMine.")
    assert marked(doc) == [("quote", "> Pepys\n> And so to bed.")]


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("::: {.callout-note}\n## Mind\nThe step.\n:::", "## Mind\nThe step."),
        (":::note[The step]\nMind it.\n:::", "The step\n\nMind it."),
        ("::: details Click me\nMind it.\n:::", "Click me\n\nMind it."),
        ('::: {.callout-tip title="The step"}\nMind it.\n:::', "The step\n\nMind it."),
        (":::::: {.columns}\n::: {.column width=\"50%\"}\nLeft.\n:::\n::::::", "Left."),
        ("As @knuth84 [p. 3; see @x] says.", "As @knuth84 [p. 3; see @x] says."),
        ("## Part {#sec-part .unnumbered}\n\n## Other {-}", "## Part\n\n## Other"),
        ("A [small]{.smallcaps} word, `x`{.r} and ![](a.png){width=50% fig-alt=\"b\"}.", "A small word, `x` and ."),
        ("It has `r nrow(x)` rows, {not} an attribute.", "It has `r nrow(x)` rows, {not} an attribute."),
        ("{{< pagebreak >}}\n\nText.", "Text."),
    ],
)  # fmt: skip
def test_quarto_r_markdown_and_admonitions(written: str, cleaned: str) -> None:
    assert document(written).text == cleaned


def test_chunks_of_quarto_are_code_and_so_is_what_looks_like_a_mark_in_code() -> None:
    code = (
        "```{r, echo=FALSE}\n#| label: x\nplot(a) ^a1b2c3\n::: note\n%%\n{{< figure >}}\nrating:: 5\n[a]{.b}\n```\n\n"
        "    ::: indented {{< x >}}"
    )
    doc = document(f"[[Text]].\n\n{code}\n\n%%\nhidden\n%%\n")
    assert marked(doc) == [("code", code)]


MDX = """import Tabs from '@theme/Tabs';
import {
  Chart,
} from '../chart'
export const meta = {
  tags: ['sea', {a: 1}],
}

# Hello

<Callout type="info" onClick={() => { alert(1) }}>
    Some **text** with `{code}` and [a link](x).

    - item
        - nested

    ```js
    const a = {b: <C/>}
    ```
</Callout>

<Image src={fog} alt="A > b" />

Text <Mark color="#fff">green</Mark> and {1 + 1} more{' '}
on. See <https://x.example/y>, 2 < 3, \\{kept\\}, {"said"}.

{/* a comment
over lines */}

<Quote author="X">
Theirs.
</Quote>

<>
Fragment
</>

Import taxes rose, and
import duty too.
"""


def test_mdx() -> None:
    doc = document(MDX, content_type=ContentType.MDX, title="Hello")
    assert doc.text == (
        "Some **text** with `{code}` and a link.\n\n- item\n    - nested\n\n```js\nconst a = {b: <C/>}\n```\n\n"
        "Text green and more \non. See https://x.example/y, 2 < 3, {kept}, said.\n\nTheirs.\n\nFragment\n\n"
        "Import taxes rose, and\nimport duty too."
    ).replace("more \n", "more\n")
    assert marked(doc) == [("code", "```js\nconst a = {b: <C/>}\n```"), ("quote", "Theirs.")]


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("<details>\n<summary>More</summary>\n\nIt *is*.\n\n</details>", "More\n\nIt *is*."),
        ("A {unclosed and <Tag on.", "A {unclosed and <Tag on."),
        ('<Ab b="unclosed> text', '<Ab b="unclosed> text'),
        ("a <b> c", "a c"),
        ("x{`y`}z", "xyz"),
        ("export const a = [\n\nnever closed\n\nText.", "never closed\n\nText."),
        ("<pre>\na  b\n</pre>", "a  b"),
        ("<Tweet id='1'/>", ""),
    ],
)
def test_mdx_that_is_odd_loses_no_word(written: str, cleaned: str) -> None:
    assert document(written, content_type=ContentType.MDX).text == cleaned


MARKS = (
    "\n|\n\n|{{< x >}}|{{% quote %}}|{{% /quote %}}|{%|%}|%%|:::|::: a|{.b}|^a1b2c3|[[|]]|x:: |```|    |<A|>|/>|{|}|`|"
    '"|\\|import '
)


@given(st.lists(st.one_of(st.sampled_from(MARKS.split("|")), st.text(max_size=5)), max_size=30).map("".join))
def test_anything_can_be_reduced_and_what_stands_before_it_stays(text: str) -> None:
    for reduced in (common_markdown(f"Fog.\n\n{text}", "~~~~"), markdown_of_mdx(f"Fog.\n\n{text}")):
        assert reduced.startswith("Fog.\n\n")


@pytest.mark.parametrize(
    "unit", ["{% code %}", "{", "<a ", "{%%}", "`", "^a1 ", "[x]{.a ", "{{< code >}}", '<a "', "%%\n", ":::\n", "x:: "]
)
def test_what_never_ends_is_read(unit: str) -> None:
    for text in (unit * 20_000, "x " + unit * 20_000):
        common_markdown(text, "~~~~")
        markdown_of_mdx(text)
