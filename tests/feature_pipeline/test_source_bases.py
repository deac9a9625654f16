"""What every source gets from its base, on an invented kind."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fakes.fetching import source_options
from feature_pipeline.archives import open_tree
from feature_pipeline.errors import UnreadableItemError
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item, RemoteSource
from feature_pipeline.source_bases.chats import ChatSource, Conversation, Message
from feature_pipeline.source_contract import Unreached
from feature_store.records import Post, PostKind


@dataclass
class Diary(ExportSource):
    def items(self) -> Iterator[Item]:
        yield Ignored("pictures", 2)
        yield Ignored("nothing", 0)
        for name in self.tree.names():
            yield self.filled(self.post(name, title=name), self._read)
        yield Ignored("pictures")
        yield Unreached("lost.txt", "torn out")

    def _read(self, bare: Post) -> Post:
        return replace(bare, content=self.text(bare.source_id))


@dataclass
class Wall(RemoteSource):
    def items(self) -> Iterator[Item]:
        yield self.post("1", content="x" * 11)
        yield self.post("2", content="x", problem="unlit")


def diary(folder: Path) -> Diary:
    (folder / "a.txt").write_text("Fog.")
    (folder / "b.txt").write_bytes(b"\0\1")
    (folder / "c.txt").write_text("Rain again.")
    return Diary(source_options(max_file_bytes=10), open_tree(folder))


def test_an_item_that_cannot_be_read_is_a_post_with_a_problem_and_the_rest_goes_on(tmp_path: Path) -> None:
    a, b, c, lost = diary(tmp_path).read()

    assert isinstance(a, Post)
    assert isinstance(b, Post)
    assert isinstance(c, Post)
    assert (a.content, a.problem) == ("Fog.", "")
    assert (b.content, b.title) == ("", "b.txt")
    assert "zero byte" in b.problem
    assert "larger than 1e-05 MB" in c.problem
    assert lost == Unreached("lost.txt", "torn out")


def test_what_is_ignored_is_counted_anew_by_every_reading(tmp_path: Path) -> None:
    source = diary(tmp_path)
    for _ in range(2):
        list(source.read())
        assert source.ignored == {"pictures": 3}


def test_a_source_is_named_by_its_identity_and_that_of_an_export_is_its_path(tmp_path: Path) -> None:
    source = diary(tmp_path)

    assert source.identity == str(tmp_path)
    assert source.name.endswith(f":{tmp_path}")
    assert source.lists_all
    assert all(item.source == source.name for item in source.read() if isinstance(item, Post))


def test_a_post_of_the_web_is_limited_in_size_and_has_no_content_beside_a_problem() -> None:
    source = Wall(source_options(max_file_bytes=10), "maud")
    large, unlit = (item for item in source.read() if isinstance(item, Post))

    assert not source.lists_all
    assert "the limit is" in large.problem
    assert (unlit.problem, unlit.content, large.content) == ("unlit", "", "")


def test_a_post_whose_reading_fails_keeps_what_is_known_of_it() -> None:
    source = Wall(source_options(), "maud")

    def fails(_: Post) -> Post:
        raise UnreadableItemError("torn")

    assert source.filled(source.post("1", title="Fog"), fails) == source.post("1", title="Fog", problem="torn")


@dataclass
class Talk(ChatSource):
    def conversations(self) -> Iterator[Conversation]:
        them = {"is_own": False, "sender": "Ann", "names": ("Ann", "Lee")}
        for _ in range(2):  # an export that was made twice
            yield Conversation(
                "c",
                [
                    Message("1", "", "Fog?", **them),
                    Message("2", "", "Yes, Lee.", is_own=True),
                    Message("3", "", "", ignored="pictures", **them),
                    Message("4", "", "Still.", is_own=True, answers="2"),
                ],
            )


def test_a_message_has_what_it_answers_as_context_and_what_is_no_own_message_is_counted(tmp_path: Path) -> None:
    source = Talk(source_options(), open_tree(tmp_path))
    first, second = (item for item in source.read() if isinstance(item, Post))

    assert (first.source_id, first.context, first.people) == ("c/2", "Fog?", ("Ann", "Lee"))
    assert (second.source_id, second.context, second.people) == ("c/4", "Yes, Lee.", ("Lee",))
    assert first.kind is second.kind is PostKind.MESSAGE
    assert source.ignored == {"duplicate": 2, "pictures": 2, "written by others": 2}
