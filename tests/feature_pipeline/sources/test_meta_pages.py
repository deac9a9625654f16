"""What Meta gives of an account, as pages."""

from pathlib import Path

import pytest

from fakes.fetching import opened
from feature_store.records import Post, PostKind


def section(heading: str, content: str, clock: str) -> str:
    """Since 2023."""
    return (
        f'<section class="_a6-g" aria-labelledby="u_0"><h2 class="_2ph_ _a6-h _a6-i" id="u_0">{heading}</h2><div class='
        f'"_2ph_ _a6-p">{content}</div><footer class="_3-94 _a6-o"><a target="_blank" href="https://www.facebook.com/dyi">'
        f'<div class="_a72d">{clock}</div></a></footer></section>'
    )


def block(heading: str, content: str, clock: str) -> str:
    """On Instagram."""
    return (
        f'<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"><h2 class="_3-95 _2pim _a6-h _a6-i">{heading}</h2>'
        f'<div class="_3-95 _a6-p">{content}</div><div class="_3-94 _a6-o">{clock}</div></div>'
    )


def old(heading: str, content: str, clock: str) -> str:
    """Until 2021."""
    return (
        f'<div class="pam _3-95 _2pi0 _2lej uiBoxWhite noborder"><div class="_3-96 _2pio _2lek _2lel">{heading}</div>'
        f'<div class="_3-96 _2let">{content}</div><div class="_3-94 _2lem">{clock}</div></div>'
    )


def text(words: str, more: str = "") -> str:
    return f"<div><div></div><div>{words}</div><div></div><div></div>{more}</div>"


REACTIONS = '<div><ul class="_a6-q"><li><span>😀Ann Lee</span></li></ul></div>'
PHOTO = '<div><a target="_blank" href="photos/1.jpg"><img src="photos/1.jpg" class="_a6_o _3-96"/></a></div>'


def page(path: Path, title: str, *blocks: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'<html><head><meta charset="utf-8"/><title>{title}</title></head><body><div class="_a705"><div role="main" '
        f'class="_a706">{"".join(blocks)}</div></div></body></html>',
        encoding="utf-8",
    )
    return path


def read(place: Path, **options: object) -> list[Post]:
    return [post for post in opened(str(place), author_name="M.", **options).read() if isinstance(post, Post)]


@pytest.mark.parametrize(
    ("made", "clocks"),
    [
        (section, ("Sep 25, 2024 9:03:21 pm", "Sep 25, 2024 9:05:00 pm", "Sep 25, 2024 9:06:00 pm")),
        (block, ("Sep 25, 2024 9:03 pm", "Sep 25, 2024 9:05 pm", "Sep 25, 2024 9:06 pm")),
        (old, ("25.09.2024, 21:03", "25.09.2024, 21:05", "25.09.2024, 21:06")),
    ],
)
def test_a_chat_has_its_newest_message_first(tmp_path: Path, made: object, clocks: tuple[str, ...]) -> None:
    assert callable(made)
    blocks = [
        made("Maud Ferrier", f"<div>{PHOTO}</div>", clocks[2]),
        made("Maud Ferrier", text("Yes: <b>all</b> over ☕<br/>the pier", REACTIONS), clocks[1]),
        made("Ann Lee", text("Is there fog?"), clocks[0]),
        made("Participants: Ann Lee and Maud Ferrier", "", ""),
    ]
    path = page(tmp_path / "messages/inbox/annlee_1/message_1.html", "Ann Lee", *blocks)
    source = opened(str(path.parent.parent), author_name="M.")
    [post] = (post for post in source.read() if isinstance(post, Post))

    assert (post.content, post.context) == ("Yes: all over ☕\nthe pier", "Is there fog?")
    assert (post.created_at, post.people) == ("2024-09-25T21:05:00+00:00", ("Ann Lee",))
    assert source.ignored == {"media": 1, "written by others": 1}


def test_messages_of_one_minute_keep_their_order(tmp_path: Path) -> None:
    clock = "Sep 25, 2024 9:03 pm"
    blocks = [block("Maud", text(word), clock) for word in ("three", "two", "one")]
    page(tmp_path / "inbox/ann_1/message_1.html", "Ann", *blocks, block("Ann", text("zero"), clock))
    posts = read(tmp_path)
    assert [(post.content, post.context) for post in posts] == [("one", "zero"), ("two", "zero"), ("three", "zero")]


def test_posts_of_facebook_stand_below_what_was_done(tmp_path: Path) -> None:
    clock = "Sep 25, 2024 9:03:21 pm"
    page(
        tmp_path / "posts/your_posts__check_ins__photos_and_videos_1.html",
        "Your posts",
        section(
            "Maud Ferrier updated her status.",
            '<div><div class="_2pin"><div>Fog over <br>the pier.</div></div></div>',
            clock,
        ),
        section("Maud Ferrier added a photo.", f'<div><div class="_2pin">{PHOTO}</div></div>', clock),
        section(
            "Maud Ferrier shared a link.",
            '<div class="_2pin"><a href="http://example.org">http://example.org</a></div><div class="_2pin"><div>'
            "Updated Sep 25, 2024 9:04:00 pm</div></div>",
            clock,
        ),
    )
    page(
        tmp_path / "comments/comments.html",
        "Comments",
        section("Maud commented.", '<div class="_2pin"><div>Aye.</div></div>', clock),
    )
    found = {post.content: post.kind for post in read(tmp_path)}
    assert found == {"Fog over \nthe pier.": PostKind.POST, "Aye.": PostKind.COMMENT}


def test_captions_of_instagram_are_headings(tmp_path: Path) -> None:
    path = tmp_path / "your_instagram_activity/media/posts_1.html"
    page(
        path,
        "Posts",
        block("The clock at ten to four 🕰", PHOTO, "Sep 25, 2024 9:03 pm"),
        block("", PHOTO, "Sep 25, 2024 9:03 pm"),
    )
    [post] = read(tmp_path)
    assert (post.content, post.created_at) == ("The clock at ten to four 🕰", "2024-09-25T21:03:00+00:00")
