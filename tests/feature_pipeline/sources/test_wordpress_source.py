"""WordPress: which items become posts, whose, with which text."""

import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.cleaning import clean
from feature_pipeline.errors import EmptySourceError, SourceError, UnsafeMarkupError, WhoIsTheAuthorError
from feature_pipeline.formats import xml_items
from feature_pipeline.source_contract import Location, Match
from feature_pipeline.sources import wordpress
from feature_store.records import Post, PostKind

AUTHORS = """<wp:author><wp:author_id>7</wp:author_id><wp:author_login>maud</wp:author_login>
<wp:author_email>maud@maud.example</wp:author_email><wp:author_display_name><![CDATA[Maud F.]]></wp:author_display_name>
</wp:author><wp:author><wp:author_id>9</wp:author_id><wp:author_login>otto</wp:author_login>
<wp:author_email>otto@maud.example</wp:author_email><wp:author_display_name>Otto Berg</wp:author_display_name>
</wp:author>"""


def item(number: int, content: str = "<p>Fog.</p>", *, creator: str = "maud", inside: str = "", **fields: str) -> str:
    values = {
        "post_type": "post",
        "status": "publish",
        "post_date_gmt": f"2023-04-{number % 28 + 1:02} 10:00:00",
        **fields,
    }
    return (
        f"<item><title>{values.pop('title', f'Post {number}')}</title><link>https://maud.example/{number}/</link>"
        f"<dc:creator><![CDATA[{creator}]]></dc:creator><guid>https://maud.example/?p={number}</guid><description/>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded>"
        f"<excerpt:encoded><![CDATA[Not the text.]]></excerpt:encoded><wp:post_id>{number}</wp:post_id>"
        + "".join(f"<wp:{name}><![CDATA[{value}]]></wp:{name}>" for name, value in values.items())
        + f"{inside}</item>\n"
    )


def wxr(*items: str, authors: str = "", version: str = "1.2", prologue: str = "") -> str:
    export = f"http://wordpress.org/export/{version}/"
    return (
        f'<?xml version="1.0" encoding="UTF-8" ?>\n{prologue}<!-- generator="WordPress" -->\n<rss version="2.0" '
        f'xmlns:excerpt="{export}excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="{export}">\n<channel><title>Maud</title>'
        f"<link>https://maud.example</link><wp:wxr_version>{version}</wp:wxr_version>{authors}\n"
        f"{''.join(items)}</channel></rss>\n"
    )


def posts(folder: Path, text: str | bytes, **options: object) -> dict[str, Post]:
    path = folder / "export.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return {post.source_id: post for post in opened(str(path), "wordpress", **options).read()}


def test_types_and_statuses(tmp_path: Path) -> None:
    (tmp_path / "export.xml").write_text(
        wxr(
            item(1),
            item(2, post_type="page"),
            *(item(3 + n, post_type=t) for n, t in enumerate(("attachment", "nav_menu_item", "revision", "recipe"))),
            *(item(20 + n, status=s) for n, s in enumerate(("draft", "pending", "auto-draft", "future"))),
            *(item(30 + n, status=s) for n, s in enumerate(("private", "trash", "inherit"))),
            item(40, post_password="open sesame"),
        )
    )
    source = opened(str(tmp_path), "wordpress")
    found = {post.source_id: post for post in source.read()}
    assert {key: post.visibility for key, post in found.items()} == {
        **dict.fromkeys(("1", "2"), "public"),
        **dict.fromkeys(("20", "21", "22", "23"), "draft"),
        **dict.fromkeys(("30", "40"), "private"),
    }
    assert source.ignored == {"attachment": 1, "inherit": 1, "nav_menu_item": 1, "recipe": 1, "revision": 1, "trash": 1}
    assert (source.name, source.lists_all) == ("wordpress:maud.example", True)
    assert {post.kind for post in found.values()} == {PostKind.ARTICLE}


def test_fields_of_a_post(tmp_path: Path) -> None:
    terms = (
        '<category domain="category" nicename="sea"><![CDATA[Sea & Co]]></category>'
        '<category domain="post_tag" nicename="fog"><![CDATA[fog]]></category>'
        '<category domain="category" nicename="uncategorized"><![CDATA[Uncategorized]]></category>'
        '<category domain="post_format" nicename="post-format-aside"><![CDATA[Aside]]></category>'
    )
    text = wxr(
        item(5, inside=terms, title="Fog &amp;amp; &lt;em&gt;rain&lt;/em&gt;"),
        item(6, post_date_gmt="0000-00-00 00:00:00", post_date="2022-01-02 03:04:05"),
    )
    found = posts(tmp_path, text)
    assert (found["5"].title, found["5"].tags) == ("Fog & rain", ("Sea & Co", "fog"))
    assert (found["5"].url, found["5"].created_at) == ("https://maud.example/5/", "2023-04-06T10:00:00+00:00")
    assert found["5"].content == "<p>Fog.</p>"
    assert found["6"].created_at == "2022-01-02T03:04:05+00:00"


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_every_version_and_any_prefix(tmp_path: Path, version: str) -> None:
    text = wxr(item(1), version=version)
    assert list(posts(tmp_path, text)) == ["1"]
    renamed = re.sub(r"(</?|xmlns:)wp(?=[:=])", r"\1blog", text)
    assert "<blog:post_id>" in renamed
    assert list(posts(tmp_path, renamed)) == ["1"]
    impostor = text.replace("<wp:post_id>", '<x:status xmlns:x="urn:x">trash</x:status><wp:post_id>')
    assert posts(tmp_path, impostor)["1"].visibility == "public"


@pytest.mark.parametrize("me", ["otto", "OTTO@maud.example", "Otto Berg", "@otto"])
def test_only_the_authors_own_posts_of_a_shared_blog(tmp_path: Path, me: str) -> None:
    together = '<category domain="author" nicename="cap-otto-berg"><![CDATA[Otto Berg]]></category>'
    text = wxr(item(1), item(2, creator="otto"), item(3, inside=together), item(4, creator=""), authors=AUTHORS)
    assert list(posts(tmp_path, text, me=(me,))) == ["2", "3"]
    source = opened(str(tmp_path / "export.xml"), "wordpress", me=(me,))
    list(source.read())
    assert source.ignored == {"by other authors": 1, "without an author": 1}


def test_the_author_is_known_by_name_or_asked_for(tmp_path: Path) -> None:
    text = wxr(item(1), item(2, creator="otto"), item(3, creator="otto"), authors=AUTHORS)
    assert list(posts(tmp_path, text, author="x", author_name="otto berg")) == ["2", "3"]
    assert list(posts(tmp_path, text, author="x", author_name="maud f.")) == ["1"]
    with pytest.raises(WhoIsTheAuthorError, match=r'Otto Berg \(2\), Maud F. \(1\).*--me "Otto Berg"'):
        posts(tmp_path, text, author="x", author_name="Nobody")
    with pytest.raises(WhoIsTheAuthorError, match="nobody in it is called 'karl'"):
        posts(tmp_path, text, me=("karl",))


def test_classic_text_keeps_its_paragraphs(tmp_path: Path) -> None:
    text = wxr(
        item(
            1,
            'First line,\nsecond line.\n\nNext <em>paragraph</em>\nruns on.[gallery ids="1,2"]\n\n<ul>\n<li>one</li>'
            '\n\n<li>two</li>\n</ul>\n[caption id="a" width="3"]<img src="x.jpg" alt="" /> The pier[/caption]\n\nShe '
            "said it [sic].\n\n[code]\nif a:\n\n    b()\n[/code]\n\n<pre>x\n\ny</pre>\n"
            'End[[gallery]] <a\nhref="/x">here</a>.',
        )
    )
    assert clean(posts(tmp_path, text)["1"], min_words=1).text == (
        "First line,\nsecond line.\n\nNext paragraph\nruns on.\n\n- one\n- two\n\nThe pier\n\nShe said it [sic].\n\n"
        "if a:\n\n    b()\n\nx\n\ny\n\nEnd[gallery] here."
    )


def test_block_editor(tmp_path: Path) -> None:
    text = wxr(
        item(
            1,
            '<!-- wp:paragraph {"align":"left"} -->\n<p>Fog\ncame.</p>\n<!-- /wp:paragraph -->\n\nwritten\n\nbefore\n\n'
            "<!-- wp:quote -->\n<blockquote><p>Others</p></blockquote>\n<!-- /wp:quote -->\n\n"
            '<!-- wp:latest-posts /-->\n<!-- wp:embed {"url":"u"} -->\n<figure><div class="wp-block-embed__wrapper">\nhttps://a.example/v\n</div>'
            "<figcaption>My film</figcaption></figure>\n<!-- /wp:embed -->",
        )
    )
    document = clean(posts(tmp_path, text)["1"], min_words=1)
    assert document.text == "Fog came.\n\nwritten\n\nbefore\n\n> Others\n\nMy film"


def text_of(folder: Path, *items: str, key: str = "1", **options: object) -> str:
    return clean(posts(folder, wxr(*items, authors=AUTHORS), **options)[key], min_words=1).text


def test_a_reusable_block_stands_where_it_is_used(tmp_path: Path) -> None:
    one = item(
        1,
        '<!-- wp:paragraph --><p>Fog.</p><!-- /wp:paragraph --><!-- wp:block {"ref":77} /--><!-- wp:paragraph -->'
        '<p>Rain.</p><!-- /wp:paragraph --><!-- wp:block {"ref":5} /--><!-- wp:block {"ref":78} /-->',
    )
    inner = '<!-- wp:paragraph --><p>I mend clocks.</p><!-- /wp:paragraph --><!-- wp:block {"ref":"79"} -->'
    blocks = (
        item(77, inner + '<!-- /wp:block --><!-- wp:block {"ref":77} /-->', post_type="wp_block"),  # within itself
        item(78, "<p>Trashed.</p>", post_type="wp_block", status="trash"),
        item(79, "<p>On Tar Lane.</p>", post_type="wp_block"),
    )
    text = text_of(tmp_path, one, *blocks)
    assert text.split("\n\n")[:3] == ["Fog.", "I mend clocks.", "On Tar Lane."]
    assert (text.split("\n\n")[-1], "Trashed" in text) == ("Rain.", False)
    others = item(77, "<p>Otto's words.</p>", post_type="wp_block", creator="otto")
    assert text_of(tmp_path, one, others, item(2, creator="otto"), me=("maud",)) == "Fog.\n\nRain."


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            '[vc_row][vc_column width="1/2"][vc_column_text]Springs break.[/vc_column_text][vc_raw_html]JTNDZGl2JTNF'
            '[/vc_raw_html][vc_btn title="Buy"][/vc_column][vc_column][vc_column_text]Oil dries.[/vc_column_text]'
            "[vc_empty_space][/vc_column][/vc_row]",
            "Springs break.\n\nOil dries.",
        ),
        (
            '[et_pb_section fb_built="1"][et_pb_row][et_pb_text a="b"]<p>Oil dries.</p>[/et_pb_text]'
            '[et_pb_button url="#"]Buy[/et_pb_button][et_pb_social_media_follow]'
            '[et_pb_social_media_follow_network network="x"]facebook'
            "[/et_pb_social_media_follow_network][/et_pb_social_media_follow][et_pb_code]"
            "<!-- [et_pb_line_break_holder] --><style>.a{}</style>[/et_pb_code][/et_pb_row][/et_pb_section]",
            "Oil dries.",
        ),
        ("[fusion_code]PGRpdj48L2Rpdj4=[/fusion_code][fusion_text]Oil dries.[/fusion_text]", "Oil dries."),
        ("[one_half]Left.[/one_half][one_half_last]Right.[/one_half_last]", "Left.\n\nRight."),
        ("A [highlight]bright[/highlight] lamp, see [section 3].", "A bright lamp, see [section 3]."),
        ('One.\n[button link="/x"]Read more[/button]\n\nTwo.\n\n[recent_posts]', "One.\n\nTwo."),
        (
            "One.\n\nhttps://www.youtube.com/watch?v=abc\n\nTwo: https://youtu.be/abc",
            "One.\n\nTwo: https://youtu.be/abc",
        ),
        ('One.\n\n<iframe src="x"></iframe>\n\nTwo.', "One.\n\nTwo."),
        ("One.\n\n<script>x()</script>\n\nTwo.", "One.\n\nTwo."),
    ],
)
def test_page_builders_and_embeds(tmp_path: Path, content: str, text: str) -> None:
    assert text_of(tmp_path, item(1, content)) == text


@pytest.mark.parametrize("name", ["cc", "ccN", "cce_php", "codesyntax", "sourcecode", "CC"])
def test_code_in_shortcodes_is_marked_as_code(tmp_path: Path, name: str) -> None:
    content = (
        f'Wind it:\n[{name} lang="php"]\nif (a < b) {{\n\n  c();\n}}\n[/{name}]\nIt ticks, says [cci]tick()[/cci].'
    )
    document = clean(posts(tmp_path, wxr(item(1, content)))["1"], min_words=1)
    assert [document.text[span.start : span.end] for span in document.marked] == ["if (a < b) {\n\n  c();\n}"]
    assert document.text.endswith("It ticks, says tick().")


def comment(number: int, text: str, *, by: str, parent: int = 0, user: int = 0, **fields: str) -> str:
    values = {"comment_type": "", "comment_approved": "1", "comment_author_email": "", **fields}
    return (
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id><wp:comment_author><![CDATA[{by}]]></wp:comment_author>"
        f"<wp:comment_date_gmt>2023-05-01 10:00:0{number}</wp:comment_date_gmt><wp:comment_parent>{parent}"
        f"</wp:comment_parent><wp:comment_user_id>{user}</wp:comment_user_id>"
        f"<wp:comment_content><![CDATA[{text}]]></wp:comment_content>"
        + "".join(f"<wp:{name}>{value}</wp:{name}>" for name, value in values.items())
        + "</wp:comment>"
    )


def test_own_comments_with_what_they_answer(tmp_path: Path) -> None:
    comments = (
        comment(1, "Is it <b>far</b>?", by="Karl"),
        comment(2, "An hour.\n\nBy boat.", by="Maud F.", parent=1, user=7),
        comment(3, "Another thing.", by="M", comment_author_email="MAUD@maud.example"),
        comment(4, "I am Maud too!", by="Maud F."),
        comment(5, "[…] Fog […]", by="Elsewhere", comment_type="pingback"),
        comment(6, "Buy!", by="Maud F.", user=7, comment_approved="spam"),
        comment(7, "Look into this.", by="Maud F.", user=7, comment_type="note"),
    )
    (tmp_path / "export.xml").write_text(
        wxr(item(1, inside="".join(comments)), item(2, creator="otto"), authors=AUTHORS)
    )
    source = opened(str(tmp_path), "wordpress", me=("maud",))
    found = {post.source_id: post for post in source.read()}
    assert list(found) == ["1", "1#comment-2", "1#comment-3"]
    second, third = found["1#comment-2"], found["1#comment-3"]
    assert (second.kind, second.context, second.people) == (PostKind.COMMENT, "Is it far?", ("Karl",))
    assert clean(second, min_words=1).text == "An hour.\n\nBy boat."
    assert (third.context, third.people, third.url) == ("Post 1", (), "https://maud.example/1/#comment-3")
    assert source.ignored == {
        "by other authors": 1, "comments by others": 2, "note": 1, "pingback": 1, "spam or trashed comments": 1
    }  # fmt: skip


def test_several_files_are_one_blog_and_repeats_one_post(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "blog.zip", "w") as archive:
        archive.writestr("blog/maud.2023.001.xml", wxr(item(1, "<p>Old.</p>"), item(2)))
        archive.writestr(
            "blog/maud.2024.001.xml", wxr(item(1, "<p>New.</p>"), item(3), item(3), item(3, "<p>Else.</p>"))
        )
        archive.writestr("blog/sitemap.xml", "<urlset/>")
    location = Location(str(tmp_path / "blog.zip"), FakeFetcher())
    assert wordpress.recognises(location) is Match.YES
    source = opened(str(tmp_path / "blog.zip"), "wordpress")
    found = {post.source_id: post.content for post in source.read()}
    assert found == {"1": "<p>New.</p>", "3": "<p>Fog.</p>", "3#2": "<p>Else.</p>", "2": "<p>Fog.</p>"}
    assert source.ignored == {"repeated": 2}


def test_a_broken_item_spoils_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unclosed = item(3, "<p>Never closed.</p>").replace("]]></content:encoded>", "</content:encoded>")
    bare = item(4).replace("<![CDATA[<p>Fog.</p>]]>", "<p>Fog<br>& rain &eacute;</p>")
    split = item(5, "a ]]]]><![CDATA[> b </item><item> c")
    cut = item(7, "<p>Half of it.</p>")[:-120]
    text = wxr(item(1, "x\x08y \U0001f600"), item(2).replace("</title>", "&nbsp;& &#8;</title>"), unclosed, bare, split)
    text = text.replace("</channel></rss>\n", item(6).removesuffix("</item>\n") + cut)
    for size in (50, 1_000_000):
        monkeypatch.setattr(xml_items, "CHUNK_BYTES", size)
        found = posts(tmp_path, text.encode().replace(b"Fog.", b"F\xffg.", 1))
        assert list(found)[:6] == ["1", "2", "3", "4", "5", "6"]
        assert len(found) == 7
        assert found["1"].content == "xy \U0001f600"
        assert (found["2"].title, found["2"].content) == ("Post 2 &", "<p>F\ufffdg.</p>")
        assert found["3"].content == "<p>Never closed.</p>"
        assert "rain é" in clean(found["4"], min_words=1).text
        assert found["5"].content == "a ]]> b </item><item> c"
        assert [bool(post.problem) for post in found.values()] == [False] * 5 + [True] * 2
        assert [post.content for post in found.values()][5:] == ["", ""]
    assert not opened(str(tmp_path / "export.xml"), "wordpress").lists_all


def test_a_section_left_open_does_not_swallow_the_next_item(tmp_path: Path) -> None:
    head, _, tail = item(1).rpartition("]]>")
    found = posts(tmp_path, wxr(head + tail, item(2), item(3)))
    assert [(key, post.content) for key, post in found.items()] == [(key, "<p>Fog.</p>") for key in "123"]


def test_notices_before_the_xml_and_other_encodings(tmp_path: Path) -> None:
    text = wxr(item(1, "<p>Müll</p>"))
    assert list(posts(tmp_path, "\n<br />\n<b>Warning</b>: something\n" + text)) == ["1"]
    for encoding in ("iso-8859-1", "utf-16"):
        data = text.replace('encoding="UTF-8"', f'encoding="{encoding}"').encode(encoding)
        assert posts(tmp_path, data)["1"].content == "<p>Müll</p>"


def test_what_is_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n'
    with pytest.raises(UnsafeMarkupError):
        posts(tmp_path, wxr(item(1), prologue=bomb))
    assert list(posts(tmp_path, wxr(item(1, "<code>&lt;!ENTITY a</code> <!ENTITY b>")))) == ["1"]
    with pytest.raises(EmptySourceError, match="2 attachment"):
        posts(tmp_path, wxr(*(item(n, post_type="attachment") for n in (1, 2))))
    with pytest.raises(SourceError, match="no WordPress export"):
        posts(tmp_path, "<rss><channel><item/></channel></rss>")


def test_missing_elements(tmp_path: Path) -> None:
    bare = "<item><title>Only a title</title></item><item/><item><content:encoded>Only text</content:encoded></item>"
    found = list(posts(tmp_path, wxr(bare)).values())
    assert [(post.title, post.content, post.visibility) for post in found] == [
        ("Only a title", "", "public"),
        ("", "Only text", "public"),
    ]


@pytest.mark.shared
def test_real_exports(shared: Path) -> None:
    folder = shared / "exports" / "wordpress_wxr"
    if not folder.is_dir():
        pytest.skip("no WordPress exports are there")
    seen = 0
    for path in sorted(folder.rglob("*.xml")):
        if wordpress.recognises(Location(str(path), FakeFetcher())) is Match.NO:
            continue
        raw = re.sub(r"<!\[CDATA\[(.*?)\]\]>", r"\1", path.read_text("utf-8", "replace"), flags=re.DOTALL)
        blocks = re.findall(r"<item>.*?</item>", raw, flags=re.DOTALL)
        kept = [b for b in blocks if re.search(r"<wp:post_type>(post|page)<", b) and "<wp:status>trash<" not in b]
        creators = Counter(match[1] for b in kept if (match := re.search(r"<dc:creator>(.*?)<", b)))
        signed = {
            b: {*re.findall(r'domain="author" nicename="(.*?)"', b)} or {c for c in creators if f">{c}<" in b}
            for b in kept
        }
        if not kept:
            with pytest.raises(EmptySourceError):
                opened(str(path), "wordpress")
            continue
        for creator in creators:
            seen += 1
            source = opened(str(path), "wordpress", me=(creator,))
            found = [post for post in source.read() if post.kind is PostKind.ARTICLE]
            own = kept if len(set.union(*signed.values())) == 1 else [b for b in kept if creator in signed[b]]
            assert len(found) == len(own), path.name
            assert not [post.problem for post in found if post.problem]
    assert seen
