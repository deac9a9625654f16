import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.posts import document, post
from feature_pipeline.cleaning import clean, own_words
from feature_store.records import ContentType, Document, PostKind
from text.normalise import normalise

MARKS = (
    "\n|\n\n|> |- |# |```\n|~~~|    |[a](b)|[|](|]|![|`|``|<!--|-->|<pre>|</pre>|<blockquote>|<b>|<br>|{{|}}|{: .x}|%%|"
    "==|[[x#y]]|{% highlight c %}|{% endhighlight %}|[^1]|[^1]: |[r]: http://x\n|[r]|&amp;|\\"
)
MARKDOWN_LIKE = st.lists(
    st.one_of(st.sampled_from([*MARKS.split("|"), "|", "|-|"]), st.text(max_size=8)), max_size=40
).map("".join)


def marked_texts(doc: Document) -> list[tuple[str, str]]:
    return [(span.kind, doc.text[span.start : span.end]) for span in doc.marked]


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("A [link](http://x.y/z \"t\") and [more](<a b>).", "A link and more."),
        ("A [reference][r], [r] and [R][].\n\n[r]: http://x\n", "A reference, r and R."),
        ("[not] a [link] (here).", "[not] a [link] (here)."),
        ("See <https://x.y/z> or <mailto:a@b.c>.", "See https://x.y/z or a@b.c."),
        ("A [[Page]], a [[Page|shown]] and [[Page#Part]].", "A Page, a shown and Page."),
        ("A claim.[^1]\n\n[^1]: Its *source*, by me.", "A claim.\n\nIts *source*, by me."),
        ("Before ![an image](x.png) after.", "Before after."),
        ("![](x.png)\n\nText.\n\n[![badge](b.svg)](http://x)", "Text."),
        ("![[photo.png]] Text.", "Text."),
        ("So ==marked== and a==b, c==d.", "So marked and a==b, c==d."),
        ("Shown %%hidden%% shown; 50%% of 100%%.", "Shown shown; 50%% of 100%%."),
        ("One.\n\n%%\nhidden\n\nhidden\n%%\n\nTwo.", "One.\n\nTwo."),
        ("One <!-- hidden\nhidden --> two.\n\n<!-- hidden\n\nhidden -->\n\nThree.", "One two.\n\nThree."),
        ("{% include x.html %}\n\nText {{ site.x }} here.{: .card}\n{: .card}", "Text here."),
        ('{{< figure src="x.png" >}}\n\nText {{% y %}} here.', "Text here."),
        ("H<sub>2</sub>O <kbd>Esc</kbd> vector<T> 1 < 2 <b>x</b>", "H2O Esc vector<T> 1 < 2 x"),
        ("One<br>two", "One\ntwo"),
        ("Caf&eacute; &mdash; AT&T &nosuch;", "Café — AT&T &nosuch;"),
        ("`[a](b) <b> {{ x }}` stays, ``a ` b`` too.", "`[a](b) <b> {{ x }}` stays, ``a ` b`` too."),
        ("## H {#id}\n\n*stays* **stays** _stays_ \\* 🙂 — “so”…", "## H\n\n*stays* **stays** _stays_ \\* 🙂 — “so”…"),
        ("- one\n- [two](x)\n    - three\n\n1. four", "- one\n- two\n    - three\n\n1. four"),
        ("- [ ] open\n- [x] done", "- [ ] open\n- [x] done"),
        ("Title\n=====\n\n***\n\nText.", "Title\n=====\n\n***\n\nText."),
        ("| a | b |\n|---|---|\n| [c](d) | e |", "| a | b |\n|---|---|\n| c | e |"),
        ("One.\r\n\r\n\r\n\r\nTwo.", "One.\n\nTwo."),
        ("[l]({% post_url 2010-01-01-x %}) text", "l text"),
    ],
)  # fmt: skip
def test_markdown_keeps_the_words_and_loses_the_furniture(written: str, cleaned: str) -> None:
    assert document(written).text == cleaned


def test_code_and_other_peoples_words_are_kept_and_marked() -> None:
    doc = document(
        "Mine.\n\n> Theirs, [linked](x)\n> on.\n\n```py\nx = [1](2)\n```\n\n    indented  <b>\n\n"
        "- item\n\n  ```\n  deep\n  ```\n\n> [!note] Mine again\n> and on.\n\n"
        "<blockquote>\n\nTheirs *too*.\n\n</blockquote>\n\n<pre>\na  b\n</pre>\n\nEnd.\n"
    )
    assert marked_texts(doc) == [
        ("quote", "> Theirs, linked\n> on."),
        ("code", "```py\nx = [1](2)\n```\n\n    indented  <b>"),
        ("code", "  ```\n  deep\n  ```"),
        ("quote", "Theirs *too*."),
        ("code", "a  b"),
    ]
    assert own_words(doc.text, doc.marked).split() == ["Mine.", "-", "item", "Mine", "again", "and", "on.", "End."]


@pytest.mark.parametrize(
    "tags", [("{% highlight c %}", "{% endhighlight %}"), ("{{< highlight c >}}", "{{< /highlight >}}")]
)
def test_highlighted_code_is_marked_without_its_tags(tags: tuple[str, str]) -> None:
    doc = document(f"Text:\n{tags[0]}\nint a[0]; // *x* ~~~ # no heading\n\nb;\n{tags[1]}\nMore.")
    assert doc.text == "Text:\n\nint a[0]; // *x* ~~~ # no heading\n\nb;\n\nMore."
    assert marked_texts(doc) == [("code", "int a[0]; // *x* ~~~ # no heading\n\nb;")]


FILLED = """The shop is not large, though it has held four of us and a harmonium on
a wet Saturday in the winter of 1987, when nobody in the whole of town
would go home before the rain had stopped, and it did not stop at all. I
count everything in it twice, as my father did, [and you
may](http://x.example/a/very/long/address/that/stands/on/a/line/of/its/own) too.
"""


def test_filled_lines_are_joined() -> None:
    text = document(
        FILLED + "\n- An item of a list that is filled as well, so that it goes on on a\n  line of its own.\n"
    ).text
    assert "\n" not in text.partition("\n\n")[0]
    assert "of town would go home" in text
    assert text.endswith("so that it goes on on a line of its own.")


@pytest.mark.parametrize(
    "meant",
    [
        "Roses are red\nViolets are blue\n\nSugar is sweet\nAnd so are you",
        "Half past six. Fog to the gatepost.\nRight then.\nI measured twice, and I do not trust it, mind you.\nNo.",
        FILLED.replace("\n", " ") + "\n\nShort lines\nof my own\nunder long ones.",
    ],
)
def test_line_breaks_that_mean_something_stay(meant: str) -> None:
    assert document(meant).text.count("\n") == meant.strip().count("\n")
    assert document(meant, content_type=ContentType.PLAIN).text.count("\n") == meant.strip().count("\n")


def test_hard_breaks_stay_in_filled_text() -> None:
    lines = FILLED.split("\n")
    text = document("\n".join([lines[0] + "  ", lines[1] + "\\", *lines[2:]])).text
    assert text.count("\n") == 2
    assert "\\" not in text


def test_html() -> None:
    doc = document(
        "<html><head><title>T</title></head><body><nav>menu<p>more</p></nav><article><header>H</header><h1>T</h1><h2>Part</h2>"
        "<p>A <em>b</em>\n  c<br>d &amp; e&hellip;</p>tail<script>x()</script><!-- no --><img alt=no>"
        "<ul><li>one<ul><li>in</li></ul></li><li><p>two</p></li></ul><ol><li>x<li>y</ol>"
        "<pre>a\n  <b>b</b></pre><blockquote><p>q</p><p>r</p></blockquote><table><tr><td>1</td><td>2</td></tr></table>"
        "<aside>no</aside><form><p>no</p>no</form></article><footer>foot</footer></body></html>",
        title="T",
        content_type=ContentType.HTML,
    )
    assert doc.text == (
        "## Part\n\nA b c\nd & e…\n\ntail\n\n- one\n  - in\n- two\n\n1. x\n2. y\n\na\n  b\n\n> q\n\n> r\n\n1 | 2"
    )
    assert marked_texts(doc) == [("code", "a\n  b"), ("quote", "> q\n\n> r")]


def test_html_without_article_and_with_template_tags() -> None:
    doc = document(
        '<!-- May -->\n<p>\nOne\ntwo.\n</p>\n{% highlight perl %}\nprint "<b> & $_";\n{% endhighlight %}\n<p>Three.',
        content_type=ContentType.HTML,
    )
    assert doc.text == 'One two.\n\nprint "<b> & $_";\n\nThree.'
    assert marked_texts(doc) == [("code", 'print "<b> & $_";')]


def test_the_main_part_is_read_where_there_is_no_article() -> None:
    assert document("<div>no</div><main>yes</main>", content_type=ContentType.HTML).text == "yes"


def test_deep_html_is_read() -> None:
    assert document("<div>" * 2000 + "deep", content_type=ContentType.HTML).text == "deep"


def test_plain_text_is_left_as_it_is() -> None:
    doc = document(
        "The gull\n\nIt *sat* [here](x).  \n<b> &amp;\n\n> You wrote\nI answer\n",
        title="The gull",
        content_type=ContentType.PLAIN,
    )
    assert doc.text == "It *sat* [here](x).\n<b> &amp;\n\n> You wrote\nI answer"
    assert marked_texts(doc) == [("quote", "> You wrote")]


def test_a_first_line_that_repeats_the_title_goes() -> None:
    assert document("# The Fog!\n\nBody.", title="the fog").text == "Body."
    assert document("The Fog\n---\nBody.", title="The Fog").text == "Body."
    assert document("# The fog lifts\n\nBody.", title="The fog").text == "# The fog lifts\n\nBody."
    assert document("> The fog\n\nBody.", title="The fog").text == "> The fog\n\nBody."


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"content": "", "problem": "invalid UTF-8 at byte 5"}, "invalid UTF-8 at byte 5"),
        ({"content": "word " * 30, "visibility": "draft"}, "draft: the author has not published it"),
        ({"content": "word " * 30, "visibility": "private"}, "private: the author has not published it"),
        ({"content": "word " * 19}, "too short: 19 of the author's own words; feature_pipeline.min_words is 20"),
        (
            {"content": "Mine.\n\n> " + "theirs " * 30},
            "too short: 1 of the author's own words, beside 30 of code and quotations; "
            "feature_pipeline.min_words is 20",
        ),
        ({"content": "word " * 20}, ""),
    ],
)
def test_what_cannot_be_learned_from_is_quarantined(fields: dict[str, str], reason: str) -> None:
    doc = clean(post(fields.pop("content"), **fields), min_words=20)
    assert doc.quarantine == reason
    assert doc.usable is (reason == "")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The shop is not large, and it is the only one that I have, so I shut it when the ferry is in.", "en"),
        ("La tienda no es grande, pero es la que tengo y la cierro cuando el barco está en el mar.", "es"),
        ("Le magasin n'est pas grand, mais il est dans la rue du port et je le ferme pour la nuit.", "fr"),
        ("Der Laden ist nicht groß, aber es ist der eine, den ich habe, und wenn es dunkel ist, ist er zu.", "de"),
        ("A loja não é grande, mas é a única que eu tenho e fecho quando o barco não está no porto.", "pt"),
        ("Il negozio non è grande, ma è quello che ho e lo chiudo quando la nave è nel porto.", "it"),
        ("De winkel is niet groot, maar het is de enige die ik heb en ik sluit hem als het water zakt.", "nl"),
        ("qwe rty uio " * 20, ""),
        ("The shop.", ""),
    ],
)  # fmt: skip
def test_language(text: str, language: str) -> None:
    assert document(f"{text} {text}").language == language


def test_normalise_is_the_view_for_search() -> None:
    written = (
        "# Héad\n\n- *it’s* a **bold** — “move”… ﬁne `x_y *p` snake_case\n> - [ ] q\n\n"
        "```py\na*b*c\n```\n1. one  2\u00ad3"
    )
    assert normalise(written) == 'Héad it\'s a bold - "move"... fine x_y *p snake_case q a*b*c one 23'


@given(MARKDOWN_LIKE, st.sampled_from(list(ContentType)))
def test_anything_can_be_cleaned(content: str, content_type: ContentType) -> None:
    doc = document(content, content_type=content_type)
    assert doc == document(content, content_type=content_type)
    end = 0
    for span in doc.marked:
        assert end <= span.start < span.end <= len(doc.text)
        end = span.end
    assert not re.search(r"\s\s", normalise(doc.text))
    assert "\r" not in doc.text


@given(st.lists(st.from_regex(r"[a-z]{1,9}[,.]?", fullmatch=True), min_size=1, max_size=60), st.integers(20, 90))
def test_no_word_is_lost_however_lines_are_filled(tokens: list[str], width: int) -> None:
    import textwrap

    content = "\n".join(textwrap.wrap(" ".join(tokens), width))
    for content_type in ContentType:
        assert document(content, content_type=content_type).text.split() == content.split()


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200))
def test_plain_prose_loses_no_character_but_space(content: str) -> None:
    kept = document(content, content_type=ContentType.PLAIN).text
    assert re.sub(r"\s", "", kept) == re.sub(r"\s", "", content)


def test_reposts_and_short_forms() -> None:
    repost = clean(post("Another person's words, told again here.", kind=PostKind.REPOST), min_words=1)
    assert repost.quarantine == "a repost: another person's words"
    three = post("Fog again today.", kind=PostKind.REPLY, context=" How is it? ")
    assert clean(three, min_words=20, min_words_short=3).quarantine == ""
    assert clean(three, min_words=20, min_words_short=3).context == "How is it?"
    assert "min_words_short is 4" in clean(three, min_words=1, min_words_short=4).quarantine
    assert "min_words is 20" in clean(post("Fog again today."), min_words=20, min_words_short=1).quarantine


def test_what_an_author_calls_a_link_stays_though_it_is_a_files_name() -> None:
    video = "The tide, hour by hour:\n\n[tide.mp4][alt]{: .download}\n\nThen the soup.\n\n[alt]: /video/?v=tide\n"
    assert document(video).text == "The tide, hour by hour:\n\ntide.mp4\n\nThen the soup."
    for attached in (
        "[tide.mp4](/files/tide.mp4)",
        "- [tide.pdf](files/tide.pdf)",
        "[a.pdf]\n\n[a.pdf]: /a.pdf",
    ):
        assert document(f"The tide, hour by hour:\n\n{attached}\n").text == "The tide, hour by hour:"
