"""What mutation found, one example each: values of another type, references in a circle, addresses that are none."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import test_assistant_sources as assistant
import test_discord_pages as discord_pages
import test_feed_source as feed
import test_folder_source as folder
import test_google_takeout_source as takeout
import test_imessage_source as imessage
import test_jsonl_source as jsonl
import test_line_source as line
import test_mbox_source as mbox
import test_meta_source as meta
import test_reddit_source as reddit
import test_sitemap_source as sitemap

from fakes.fetching import opened
from fakes.posts import post
from fakes.twitter_archive import note, read_tweets, tweet
from feature_pipeline.entities import unescaped
from feature_pipeline.errors import SourceError
from feature_pipeline.formats.escaping import unescape_title
from feature_pipeline.formats.local_times import local_time
from feature_pipeline.formats.org import org_markdown
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.formats.xml_items import XmlItem, xml_items
from feature_pipeline.letters.text import split_mail
from feature_pipeline.source_bases.base import named_once
from feature_pipeline.sources.logseq.outline import read_outline
from feature_pipeline.sources.mbox.messages import Mail, Person
from feature_pipeline.sources.whatsapp.notices import sender_text
from feature_pipeline.web.feed_items import Feed
from feature_pipeline.web.feeds import parse_feed
from feature_store.records import ContentType, Post

NO_ADDRESS = "http://[fog"
LONG_TAG = f"<{'9' * 20_000} "
CODE = "```\n" + "a\n" * 999 + "```\n"


def contents(place: Path, kind: str, **options: Any) -> list[str]:
    return [post.content for post in opened(str(place), kind, **options).read() if isinstance(post, Post)]


@pytest.mark.parametrize("child", ["a", ["a"], None, {"a": 1}])
def test_a_chat_whose_turns_lead_to_one_another(tmp_path: Path, child: Any) -> None:
    nodes = [assistant.node("a", None, ["b"], "user", "Why?"), assistant.node("b", "a", [child], "user", "So?")]
    place = assistant.write(tmp_path, [assistant.chatgpt(*nodes)])
    assert contents(place, "chatgpt")


@pytest.mark.parametrize("number", ["²", "9" * 5000, -1, True, [], 10**40])
def test_moments_that_are_no_numbers(tmp_path: Path, number: Any) -> None:
    path = takeout.zipped(tmp_path / "t.zip", **{f"{takeout.KEEP}/a.json": takeout.note(
        textContent="Twice.", createdTimestampUsec=number, userEditedTimestampUsec=number)})  # fmt: skip
    ((post,), _) = takeout.read(path)
    assert (post.content, post.created_at, post.problem) == ("Twice.", "", "")
    answer = {**meta.said("Maud Ferrier", 1, "Yes."), "timestamp_ms": number}
    chat = meta.thread(meta.said("Ann Lee", 0, "Fog?"), answer)
    place = meta.write(tmp_path / "meta", meta.INBOX, chat)
    assert contents(place.parent, "meta", author_name="M.") == ["Yes."]


def test_links_that_are_no_addresses(tmp_path: Path) -> None:
    item = f"<item><title>T</title><link>{NO_ADDRESS}</link><description>Words.</description></item>"
    for text in (
        feed.rss(item, channel=f"<link>{NO_ADDRESS}</link>"),
        feed.JSON_FEED.replace('"/1"', f'"{NO_ADDRESS}"').replace("<p>Words</p>", "Words."),
    ):
        assert feed.one(text).content == "Words."
    (post,) = jsonl.read(tmp_path, {"text": "Words.", "url": NO_ADDRESS}, base_url="https://maud.example")
    assert post.url == NO_ADDRESS
    rows = [{**reddit.comment("c1", "Words."), "permalink": NO_ADDRESS}]
    assert list(reddit.read(reddit.export(tmp_path, comments=reddit.table(reddit.COMMENTS, rows)))) == ["t1_c1"]
    blog = tmp_path / "blog"
    folder.write(blog, "fog.md", f"---\nurl: {NO_ADDRESS}\n---\nWords.\n")
    assert folder.read(blog, NO_ADDRESS)["fog.md"].content == "Words.\n"


def test_a_database_that_holds_other_types(tmp_path: Path) -> None:
    odd = ("g8", b"\xffbytes", "no archive", "no handle", 400, 1, 0, 0, None)
    place = imessage.database(tmp_path / "chat.db", *imessage.ROWS, odd)
    assert any("bytes" in content for content in contents(place, "imessage"))


def test_a_database_of_which_sqlite_complains_in_no_text(tmp_path: Path) -> None:
    place = imessage.database(tmp_path / "chat.db", *imessage.ROWS)
    place.write_bytes(place.read_bytes().replace(b"CREATE TABLE message", b"CRE\xd4TE TABLE message"))
    with pytest.raises(SourceError, match=r"chat\.db cannot be read.*Copy it again"):
        opened(str(place), "imessage")


def test_the_last_second_that_there_is(tmp_path: Path) -> None:
    last = "9999-12-31T23:59:59.000Z"
    posts = read_tweets(tmp_path, tweet("1", "Fog.", created_at=last), note_tweet=[note("2", "Rain.", at=last)])
    assert {post.content for post in posts.values()} == {"Fog.", "Rain."}


def test_half_a_character_is_stored_as_a_mark_of_it(tmp_path: Path) -> None:
    folder.write(tmp_path, "fog.md", '---\ntitle: "Fog \\ud83d"\ntags: ["\\ud83d"]\n---\nWords.\n')
    folder.write(tmp_path, "rain.md", json.dumps({"title": "Rain \ud83d", "slug": "\ud83d"}) + "\nWords.\n")
    posts = folder.read(tmp_path)
    assert {post.title for post in posts.values()} == {"Fog \ufffd", "Rain \ufffd"}
    assert posts["fog.md"].tags == ("\ufffd",)


@pytest.mark.parametrize("day", ["1" * 30, "9" * 5000])
def test_times_of_no_calendar(day: str) -> None:
    for moment in (f"Sep {day}, 2024 9:03 pm", f"{day}. 5. 2024, 21:03", f"2024/{day}/01 21:03"):
        assert local_time(moment) is None


def test_lines_that_end_as_on_old_macs_are_lines_of_a_context_too() -> None:
    assert (
        plain_text("Mine.\r\r> Theirs.\r>\r\r> And theirs.", ContentType.MARKDOWN)
        == "Mine.\n\n> Theirs.\n\n> And theirs."
    )


def test_brackets_in_brackets_in_the_head_of_a_mail(tmp_path: Path) -> None:
    deep = "(" * 3000
    place = mbox.box(
        tmp_path,
        mbox.mail("Fog.", sender=f"{deep} <maud@example.org>"),
        mbox.mail("Rain.", id="2", Subject="So", To=f"{deep}, ann@example.org"),
    )
    assert contents(place, "mbox", me=(*mbox.ME, f"{deep}@")) == ["Fog.", "Rain."]


def test_json_that_is_nested_too_deep_is_named(tmp_path: Path) -> None:
    chat = meta.thread(meta.said("Ann Lee", 0, "Fog?"), meta.said("Maud Ferrier", 1, "Yes."))
    place = meta.write(tmp_path, meta.INBOX, chat)
    place.write_text(place.read_text().replace('"Yes."', "[" * 900 + "]" * 900))
    with pytest.raises(SourceError, match=r"message_1\.json is JSON nested too deep"):
        opened(str(place), "meta", author_name="M.")


def test_a_sitemap_with_names_that_are_none(tmp_path: Path) -> None:
    broken = sitemap.sitemap(
        f"<url><loc>{sitemap.A}</loc><lo::: /></url>", f"<u:: ><loc>{sitemap.B}</loc></u::>", sitemap.B
    )
    assert sitemap.names(broken, {sitemap.A: sitemap.page(), sitemap.B: sitemap.page("Rain")}) == ["a", "b"]


def items_of(text: str) -> list[XmlItem]:
    _, items = xml_items(io.BytesIO(f"<rss><item><title>a</title><content>x {text}".encode()), "item", what="x.xml")
    return list(items)


def people_of(text: str) -> list[Person]:
    return Mail(f"To: {text}\n\n".encode()).people("To")


def feed_of(text: str) -> Feed:
    return parse_feed(feed.rss(f"<item><description><![CDATA[x{text}]]></description></item>").encode(), url=feed.URL)


@pytest.mark.parametrize(
    ("read", "unit"),
    [
        *((org_markdown, unit) for unit in ("*a ", ":A:\n", "#+begin_src\n")),
        *(
            (read_outline, unit)
            for unit in ("{{", "{{cloze a", ":A:\n", "#+begin_src\n", "```\n" + "a\n" * 999 + "```\n")
        ),
        *((split_mail, unit) for unit in ("a\n", "-- \n", "On 1, a wrote:\n")),
        *((people_of, unit) for unit in ("a,", "a@b.c, ")),
        *((sender_text, unit) for unit in ("\n", " ")),
        *(
            (items_of, unit)
            for unit in ("<![CDATA[", "<a><![CDATA[", "<content>", "<!--", "</item><item>", f"<{'9' * 20_000} ")
        ),
        *((feed_of, unit) for unit in ("\n", "The post <a b>")),
    ],
)
def test_what_never_ends_is_read(read: Callable[[str], Any], unit: str) -> None:
    """In a second; where each line searches the text to its end, in half a minute."""
    read(unit * (40_000 // len(unit)))


def test_two_of_one_name_and_one_of_none() -> None:
    named = {name: post(text, source_id=name) for name, text in (("a", "Fog."), ("b", "Rain."))}
    seen: dict[str, Post] = {}
    found = [named_once(one, seen) for one in (*named.values(), named["a"], post("Wind.", source_id="a"))]
    assert [one and one.content for one in found] == ["Fog.", "Rain.", None, "Wind."]
    bare = [named_once(post(text, source_id=""), seen) for text in ("Fog.", "Wind.", "Wind.")]
    assert [one and one.content for one in bare] == ["Fog.", "Wind.", None]
    assert len(seen) == 5


def test_messages_that_no_end_divides_are_looked_at_once_each(tmp_path: Path) -> None:
    said = [discord_pages.container(n, f"Fog {n}.", name="Maud", title="maud") for n in range(150)]
    page = discord_pages.HEAD + "".join(
        f"<div class=chatlog__message-group>{one}".replace("</div>", "") for one in said
    )
    discord_pages.export(tmp_path, page)
    assert contents(tmp_path, "discord", me=discord_pages.ME) == [f"Fog {n}." for n in range(150)]


def test_a_minute_that_no_hour_has(tmp_path: Path) -> None:
    said = line.export(tmp_path, line.CHAT.replace("21:05\tMaud", "21:75\tMaud"))
    assert "Yes: all over." in contents(said, "line", me=("Maud",))


@pytest.mark.parametrize("number", ["9" * 5000, "x" + "f" * 9, "1114112"])
def test_characters_beyond_all_are_marks(number: str) -> None:
    assert unescaped(f"a&#{number};b &amp; c") == "a\ufffdb & c"
    assert unescape_title(f"Fog&#{number};") == "Fog\ufffd"
