"""Stack Exchange: by its API, and by a site's data dump."""

from pathlib import Path
from typing import Any

import pytest

from fakes.apis import FakeApi
from fakes.fetching import FakeFetcher, opened
from feature_pipeline.errors import EmptySourceError, SourceError, WhoIsTheAuthorError
from feature_pipeline.source_contract import Location
from feature_pipeline.sources import recognise
from feature_store.records import Post, PostKind

BASE = "https://api.stackexchange.com/2.3"
ADDRESS = "https://cooking.stackexchange.com/users/7/maud-ferrier?tab=answers"
OWNER = {"user_id": 7, "display_name": "Maud Ferrier"}


def page(path: str, number: int = 1) -> str:
    return (
        f"/users/7/{path}?site=cooking.stackexchange.com&filter=withbody&pagesize=100&order=asc&sort=creation"
        f"&page={number}"
    )


def answer(number: int, question: int, body: str, **more: Any) -> dict[str, Any]:
    about = {"answer_id": number, "question_id": question, "creation_date": 1714545000, "owner": OWNER}
    return about | {"body": body, "is_accepted": False} | more


def question(number: int, title: str, body: str, **more: Any) -> dict[str, Any]:
    about = {"question_id": number, "creation_date": 1714545000, "owner": OWNER, "tags": ["bread", "oven"]}
    return about | {"title": title, "body": body} | more


def wrapped(*items: Any, **more: Any) -> dict[str, Any]:
    return {"items": list(items), "has_more": False, "quota_max": 300, "quota_remaining": 299} | more


ANSWERS = {
    page("questions"): wrapped(question(10, "Why doesn&#39;t it rise?", "<p>It <b>stays</b> flat.</p>")),
    page("answers"): wrapped(answer(20, 10, "<p>Cold yeast.</p>"), has_more=True),
    page("answers", 2): wrapped(
        answer(21, 11, "<p>Longer.</p><pre><code>knead()</code></pre>"), answer(22, 12, "<p>No.</p>")
    ),
    "/questions/11;12?site=cooking.stackexchange.com&filter=withbody&pagesize=100": wrapped(
        question(11, "How long?", "<p>To knead, I mean.</p>", owner={"user_id": 8})
    ),
}


def read(answers: dict[str, Any] = ANSWERS, address: str = ADDRESS) -> dict[str, Post]:
    source = opened(address, fetcher=FakeApi(answers).fetcher(BASE))
    assert source.name == "stackexchange:cooking.stackexchange.com/7"
    return {post.source_id: post for post in source.read() if isinstance(post, Post)}


def test_questions_and_answers_with_what_these_answer() -> None:
    posts = read()
    asked, told, other = posts["10"], posts["20"], posts["21"]

    assert [*posts] == ["10", "20", "21", "22"]
    assert (asked.title, asked.kind, asked.tags) == ("Why doesn't it rise?", PostKind.POST, ("bread", "oven"))
    assert (asked.url, asked.created_at) == ("https://cooking.stackexchange.com/q/10", "2024-05-01T06:30:00+00:00")
    assert (told.kind, told.context) == (PostKind.COMMENT, "Why doesn't it rise?\n\nIt stays flat.")
    assert (other.context, other.title) == ("How long?\n\nTo knead, I mean.", "")
    assert posts["22"].context == ""  # its question is gone


def test_the_address_of_the_api_will_do() -> None:
    assert len(read(address=f"{BASE}/users/7/posts?order=desc&site=cooking.stackexchange.com")) == 4


def test_a_user_without_posts_and_a_refusal_say_what_to_do() -> None:
    with pytest.raises(EmptySourceError, match="number in the address"):
        read({page("questions"): wrapped(), page("answers"): wrapped()})
    with pytest.raises(SourceError, match="300 requests"):
        read({page("questions"): 400})


ROWS = """<?xml version="1.0" encoding="utf-8"?>
<posts>
  <row Id="10" PostTypeId="1" CreationDate="2024-05-01T06:30:00.000" Body="&lt;p&gt;Flat &amp;amp; hard.&lt;/p&gt;" OwnerUserId="8" Title="Why?" Tags="&lt;bread&gt;&lt;oven&gt;" />
  <row Id="20" PostTypeId="2" ParentId="10" CreationDate="2024-05-01T07:30:00.000" Body="&lt;p&gt;Cold yeast.&lt;/p&gt;" OwnerUserId="7" />
  <row Id="21" PostTypeId="2" ParentId="10" CreationDate="2024-05-01T07:30:00.000" Body="&lt;p&gt;kanarifugl&lt;/p&gt;" OwnerUserId="77" />
  <row Id="30" PostTypeId="1" CreationDate="2024-05-02T06:30:00.000" Body="&lt;p&gt;Mine.&lt;/p&gt;" OwnerUserId="7" Title="How?" Tags="|rye|" />
  <row Id="31" PostTypeId="5" CreationDate="2024-05-02T06:30:00.000" Body="A wiki." OwnerUserId="7" />
</posts>
"""  # noqa: E501 - a dump has one post a line
USERS = """<?xml version="1.0" encoding="utf-8"?>
<users>
  <row Id="7" DisplayName="Maud Ferrier" />
  <row Id="8" DisplayName="Ann" />
  <row Id="77" DisplayName="Ann" />
</users>
"""


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    folder = tmp_path / "cooking.stackexchange.com"
    folder.mkdir()
    (folder / "Posts.xml").write_text(ROWS, encoding="utf-8-sig")
    (folder / "Users.xml").write_text(USERS, encoding="utf-8")
    return folder


def test_of_a_dump_the_posts_of_one_user(dump: Path) -> None:
    assert recognise(Location(str(dump), FakeFetcher())) == "stackexchange_dump"
    source = opened(str(dump))
    posts = {post.source_id: post for post in source.read() if isinstance(post, Post)}

    assert source.name == "stackexchange_dump:cooking.stackexchange.com/7"
    assert [*posts] == ["20", "30"]
    assert (posts["20"].context, posts["20"].tags) == ("Why?\n\nFlat & hard.", ("bread", "oven"))
    assert (posts["30"].title, posts["30"].tags) == ("How?", ("rye",))
    assert posts["30"].url == "https://cooking.stackexchange.com/q/30"
    assert source.ignored == {"tag wikis and nominations": 1}


def test_the_number_of_a_profile_or_a_name_says_whose(dump: Path) -> None:
    assert [post.source_id for post in opened(str(dump / "Posts.xml"), me=("77",)).read()] == ["21"]
    with pytest.raises(WhoIsTheAuthorError, match=r"8, 77\..*--me 8"):
        opened(str(dump), me=("Ann",))
    with pytest.raises(WhoIsTheAuthorError, match="Maud Ferrier"):
        opened(str(dump), me=("Nobody",))
