"""Medium: stories, drafts and responses of an export."""

import re
import zipfile
from pathlib import Path

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.cleaning import clean
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.source_contract import Location, Match
from feature_pipeline.sources import medium
from feature_store.records import Post, PostKind

PROFILE = (
    '<body><section class="h-card"><h3 class="p-name">Maud</h3><ul><li><b>Profile:</b> '
    '<a class="u-url" href="https://medium.com/@maud">@maud</a></li></ul></section></body>'
)
FOOTER = (
    '<footer><p>By <a href="https://medium.com/@maud" class="p-author h-card">Maud</a> on <a href="https://medium.com/p/ab">'
    '<time class="dt-published" datetime="2018-08-11T11:23:34.123Z">August 11, 2018</time></a>.</p>'
    '<p><a href="https://medium.com/@maud/fog-abcdef123456" class="p-canonical">Canonical link</a></p>'
    '<p>Exported from <a href="https://medium.com">Medium</a> on June 1, 2024.</p></footer>'
)
DRAFT_FOOTER = '<footer><p><a href="https://medium.com/p/ababab121212">View original.</a></p></footer>'


def story(body: str, *, title: str = "Fog &amp; Rain", subtitle: str = "", footer: str = FOOTER) -> str:
    summary = f'<section data-field="subtitle" class="p-summary">\n{subtitle}\n</section>' if subtitle else ""
    return (
        '<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
        f'<title>{title}</title><style>p {{ margin: 0 }}</style></head><body><article class="h-entry"><header>'
        f'<h1 class="p-name">{title}</h1></header>{summary}<section data-field="body" class="e-content">'
        '<section name="a1" class="section section--body section--first section--last"><div class="section-divider">'
        '<hr class="section-divider"></div><div class="section-content"><div class="section-inner">'
        f"{body}</div></div></section></section>{footer}</article></body></html>"
    )


HEADING = '<h3 name="a" id="a" class="graf graf--h3 graf--leading graf--title">Fog &amp; Rain</h3>'
FIRST = '<p name="b" id="b" class="graf graf--p graf-after--h3">Fog came in — ☁️ early.</p>'


def export(folder: Path, **stories: str) -> Path:
    (folder / "posts").mkdir(parents=True, exist_ok=True)
    for name, text in stories.items():
        (folder / "posts" / f"{name}.html").write_text(text, encoding="utf-8")
    return folder


def only(folder: Path, text: str, name: str = "2018-08-11_Fog-abcdef123456") -> Post:
    (post,) = opened(str(export(folder, **{name: text})), "medium").read()
    return post


def test_a_story(tmp_path: Path) -> None:
    body = (
        f"{HEADING}{FIRST}"
        '<blockquote class="graf graf--pullquote">“Others say so.”</blockquote>'
        '<figure class="graf graf--figure"><img class="graf-image" src="x.jpg">'
        '<figcaption class="imageCaption">The pier</figcaption></figure>'
        '<div class="graf graf--mixtapeEmbed"><a href="https://o.example"><strong>Their title</strong><br>'
        '<em>Their words</em>o.example</a></div><figure class="graf graf--iframe"><iframe src="https://v.example"></iframe></figure>'
        '<pre class="graf graf--pre"><code>a = 1<br>b = 2</code></pre>'
    )
    post = only(tmp_path, story(body))
    assert (post.title, post.kind, post.visibility) == ("Fog & Rain", PostKind.ARTICLE, "public")
    assert (post.url, post.created_at) == ("https://medium.com/@maud/fog-abcdef123456", "2018-08-11T11:23:34+00:00")
    assert post.source_id == "abcdef123456"
    document = clean(post, min_words=1)
    assert document.text == "Fog came in — ☁️ early.\n\n> “Others say so.”\n\nThe pier\n\na = 1\nb = 2"
    assert [span.kind for span in document.marked] == ["quote", "code"]


@pytest.mark.parametrize(
    ("subtitle", "expected"),
    [
        ("What the sea does", "What the sea does\n\nFog came in — ☁️ early."),
        ("Fog came in — ☁️…", "Fog came in — ☁️ early."),
        ("Fog came in — ☁️ early.", "Fog came in — ☁️ early."),
    ],
)
def test_a_subtitle_is_text_unless_it_was_taken_from_it(tmp_path: Path, subtitle: str, expected: str) -> None:
    post = only(tmp_path, story(HEADING + FIRST, subtitle=subtitle))
    assert clean(post, min_words=1).text == expected


def test_a_response_has_no_title_of_its_own(tmp_path: Path) -> None:
    words = '<p name="c" class="graf graf--p graf--leading">I agree, all of it. Even the end.</p>'
    whole = only(tmp_path / "whole", story(words, title="I agree, all of it. Even the end."))
    cut = only(tmp_path / "cut", story(words, title="I agree, all of it…"))
    assert (whole.kind, whole.title, cut.kind, cut.title) == (PostKind.COMMENT, "", PostKind.COMMENT, "")
    assert clean(cut, min_words=1).text == "I agree, all of it. Even the end."
    assert only(tmp_path / "story", story(words, title="On agreeing")).kind is PostKind.ARTICLE


@pytest.mark.parametrize(
    ("title", "subtitle"),
    [
        ("I agree, all of it. Even the end. And there is the clock…", ""),
        ("I agree, all of it. Even the end.And there is", ""),
        ("I agree, all of it. Even the end.", "And there is the clock…"),
    ],
)
def test_a_response_of_several_paragraphs_has_none_either(tmp_path: Path, title: str, subtitle: str) -> None:
    words = (
        '<p name="c" class="graf graf--p graf--leading">I agree, all of it. Even the end.</p>'
        '<p name="d" class="graf graf--p graf-after--p">And there is the clock to think of.</p>'
    )
    post = only(tmp_path, story(words, title=title, subtitle=subtitle))
    assert (post.kind, post.title) == (PostKind.COMMENT, "")
    assert clean(post, min_words=1).text.count("And there is the clock") == 1


def test_drafts(tmp_path: Path) -> None:
    by_name = only(tmp_path / "a", story(HEADING + FIRST, footer=DRAFT_FOOTER), "draft_Fog-ababab121212")
    assert (by_name.visibility, by_name.source_id, by_name.created_at) == ("draft", "ababab121212", "")
    assert by_name.url == "https://medium.com/p/ababab121212"
    assert only(tmp_path / "b", story(FIRST, footer=DRAFT_FOOTER), "fog").visibility == "draft"


def test_tags_and_undated(tmp_path: Path) -> None:
    tags = (
        '<footer><p class="p-tags">Tagged in <a href="/t" class="p-tag">Sea</a>, <a href="/u" class="p-tag">Fog</a></p>'
    )
    footer = re.sub("<time.*?</time>", "", FOOTER).replace("<footer>", tags)
    post = only(tmp_path, story(FIRST, footer=footer), "2019-01-02_Fog-abcdef123456")
    assert (post.tags, post.created_at, post.visibility) == (("Sea", "Fog"), "2019-01-02T00:00:00+00:00", "public")


def test_zipped_with_all_that_is_no_post(tmp_path: Path) -> None:
    path = tmp_path / "medium-export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("profile/profile.html", PROFILE)
        archive.writestr("claps/claps-0001.html", "<html></html>")
        archive.writestr("posts/2018-08-11_Fog-abcdef123456.html", story(HEADING + FIRST))
        archive.writestr("posts/2018-08-12_Fog-abcdef123456.html", story(HEADING))
        archive.writestr("posts/2018-08-13_Broken-123456abcdef.html", "<p>nothing")
        archive.writestr("posts/2018-08-14_Bytes-123456abcdee.html", b"\xff\xfe\x00\xd8")
    assert medium.recognises(Location(str(path), FakeFetcher())) is Match.YES
    source = opened(str(path), "medium")
    found = list(source.read())
    assert (source.name, source.count(), source.ignored) == ("medium:@maud", 4, {"claps": 1, "profile": 1})
    assert len({post.source_id for post in found}) == 4
    assert [bool(post.problem) for post in found] == [False, False, True, True]
    assert not any(post.content for post in found[2:])


def test_one_story_and_what_is_none(tmp_path: Path) -> None:
    (tmp_path / "fog.html").write_text(story(FIRST), encoding="utf-8")
    assert medium.recognises(Location(str(tmp_path / "fog.html"), FakeFetcher())) is Match.YES
    assert len(list(opened(str(tmp_path / "fog.html"), "medium").read())) == 1
    other = export(tmp_path / "other", x="<html><article>Hello</article></html>")
    assert medium.recognises(Location(str(other), FakeFetcher())) is Match.NO
    with pytest.raises(EmptySourceError):
        opened(str(other), "medium")


@pytest.mark.shared
def test_real_exports(shared: Path) -> None:
    folder = shared / "exports" / "medium_export"
    if not folder.is_dir():
        pytest.skip("no Medium exports are there")
    (posts,) = folder.rglob("posts")
    found = list(opened(str(posts.parent), "medium").read())
    pages = {path.stem: path.read_text("utf-8") for path in posts.glob("*.html")}
    assert {post.source_id for post in found} == set(pages)
    for post in found:
        page, text = pages[post.source_id], clean(post, min_words=1).text
        assert not post.problem
        assert (post.visibility == "draft") is ("View original" in page)
        assert (post.kind is PostKind.COMMENT) is ("a comment" in page)
        for paragraph in re.findall(r'<p name="[^>]*>\s*([^<]*?)\s*</p>', page):
            assert paragraph in text
        assert "Exported from" not in text
        assert "Canonical" not in text
