"""One file of an export that cannot be read is set aside alone, and what is collected is the same once it can be."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import test_meta_pages as meta_pages
import test_meta_source as meta
from exports_of_several_files import EXPORTS, ME, WORDS

from configs.progress import Silent
from configs.settings import load_settings
from fakes.feature_store import InMemoryFeatureStore
from fakes.seeds import Seed
from feature_pipeline.collecting import CollectReport
from feature_pipeline.errors import SourceError, WhoIsTheAuthorError
from feature_store.versions import SourceRecord
from twin import wiring
from twin.jobs import collect

REFUSED = {("slack", "users.json")}  # without it nobody says who is who, and which workspace it is
NEVER_READ = ("dms.json", "integration_logs.json", "group_info.json", "index.json")
TEXT_ENDS_ANYWHERE = (".txt", ".csv")
BREAKS: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[: len(data) // 2],
    "cut at once": lambda data: data[:20],
    "no text": lambda data: bytes(range(256)) * 4,
    "no text further on": lambda data: data[: len(data) // 2] + b"\xff\x00\xfe" + data[len(data) // 2 :],
    "empty": lambda data: b"",
}
SEEDS = {name: make() for name, make in EXPORTS.items()}
CASES = [
    pytest.param(name, file, broken, id=f"{name}, {file}, {broken}")
    for name, seed in SEEDS.items()
    for file in sorted(seed.files)
    for broken in BREAKS
    if broken != "no text"  # it is in the test of one file after another
    if not file.endswith(NEVER_READ) and not (file.endswith(TEXT_ENDS_ANYWHERE) and broken.startswith("cut"))
]


class Place:
    """A data folder, and an export that is put at a place and collected from there."""

    def __init__(self, folder: Path, seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.seed, self.store = folder, seed, InMemoryFeatureStore()
        monkeypatch.setattr(wiring, "feature_store", lambda _settings: self.store)

    def collect(self, changed: dict[str, bytes] | None = None, place: str = "export") -> CollectReport:
        self.seed.location({**self.seed.files, **(changed or {})}, self.folder / place)
        wanted = SourceRecord(
            name="", kind=self.seed.kind, location=str(self.folder / place), me=self.seed.options.get("me", ())
        )
        return collect.collect(load_settings(), ME, wanted, allow_deletions=False, progress=Silent()).report

    def holds(self) -> tuple[dict[str, str], list[SourceRecord]]:
        records = [record.model_copy(update={"collected_at": ""}) for record in self.store.sources("maud-ferrier")]
        return {post.id: post.content_hash for post in self.store.posts("maud-ferrier")}, records

    def words(self) -> set[str]:
        return {post.content for post in self.store.posts("maud-ferrier")}


def broken_in(seed: Seed, file: str, how: str) -> dict[str, bytes]:
    return {file: BREAKS[how](seed.files[file])}


def whole(folder: Path, seed: Seed, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, str], list[SourceRecord]]:
    place = Place(folder, seed, monkeypatch)
    assert not place.collect().unread
    return place.holds()


@pytest.mark.parametrize(("name", "file", "how"), CASES)
def test_broken_first_and_mended_later(
    name: str, file: str, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = SEEDS[name]
    place = Place(tmp_path, seed, monkeypatch)
    place.collect()
    wanted, words = place.holds(), place.words()
    place = Place(tmp_path, seed, monkeypatch)
    if (name, file) in REFUSED:
        with pytest.raises(SourceError, match=file):
            place.collect(broken_in(seed, file, how))
        return
    report = place.collect(broken_in(seed, file, how))
    assert file in dict(report.unread)
    assert report.new
    assert place.words() <= words
    mended = place.collect()
    assert (place.holds(), mended.deleted, mended.unread) == (wanted, 0, ())
    assert mended.new + report.new == len(wanted[0])
    assert not place.collect().any


@pytest.mark.parametrize(("name", "file", "how"), CASES)
def test_whole_first_and_broken_later(
    name: str, file: str, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = SEEDS[name]
    place = Place(tmp_path, seed, monkeypatch)
    place.collect()
    wanted = place.holds()
    if (name, file) in REFUSED:
        with pytest.raises(SourceError, match=file):
            place.collect(broken_in(seed, file, how))
    else:
        report = place.collect(broken_in(seed, file, how))
        assert (file in dict(report.unread), report.any) == (True, False)
    assert place.holds() == wanted
    assert not place.collect().any
    assert place.holds() == wanted


def files_of(name: str) -> list[str]:
    return [file for file in sorted(SEEDS[name].files) if not file.endswith(NEVER_READ) and (name, file) not in REFUSED]


@pytest.mark.parametrize("starts_whole", [False, True])
@pytest.mark.parametrize("name", SEEDS)
def test_one_file_after_another_is_broken(
    name: str, starts_whole: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed, files = SEEDS[name], files_of(name)
    wanted = whole(tmp_path, seed, monkeypatch)
    for first in files:
        place = Place(tmp_path, seed, monkeypatch)
        if starts_whole:
            place.collect()
        for file in (first, *(other for other in files if other != first)):
            report = place.collect(broken_in(seed, file, "no text"))
            assert (file in dict(report.unread), report.deleted, report.changed) == (True, 0, 0)
        place.collect()
        assert place.holds() == wanted, first


@pytest.mark.parametrize("name", ["meta", "meta, captions", "google_chat", "chatgpt", "claude", "discord, package"])
def test_an_account_is_known_wherever_its_export_lies(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = SEEDS[name]
    wanted, _ = whole(tmp_path, seed, monkeypatch)
    for file in files_of(name):
        place = Place(tmp_path, seed, monkeypatch)
        place.collect(broken_in(seed, file, "no text"), place="first")
        place.collect(place="second")
        assert place.holds()[0] == wanted, file
        assert len(place.holds()[1]) == 1
        assert not place.collect(broken_in(seed, file, "no text"), place="third").any, file
        assert place.holds()[0] == wanted, file


def test_two_accounts_are_kept_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the file that says who it is cannot be read, and they lie at the same place one after the other."""
    seed = SEEDS["chatgpt"]
    place = Place(tmp_path, seed, monkeypatch)
    place.collect()
    others = {
        file: data.replace(b"user-1", b"user-2").replace(b'"c0"', b'"d0"').replace(b'"c1"', b'"d1"')
        for file, data in seed.files.items()
    }
    place.collect({**others, "user.json": b"{"})
    assert [(record.name, record.is_provisional) for record in place.holds()[1]] == [
        (f"chatgpt:{tmp_path / 'export'}", True),
        ("chatgpt:user-1", False),
    ]
    place.collect(others)
    assert [record.name for record in place.holds()[1]] == ["chatgpt:user-1", "chatgpt:user-2"]
    assert len(place.holds()[0]) == 4


def test_a_kill_between_posts_and_sources_doubles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = SEEDS["google_chat"]
    wanted = whole(tmp_path, seed, monkeypatch)
    place = Place(tmp_path, seed, monkeypatch)
    (account,) = (file for file in seed.files if file.endswith("user_info.json"))
    place.collect(broken_in(seed, account, "cut"))
    with monkeypatch.context() as killed:
        killed.setattr(place.store, "remove_source", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            place.collect()
    assert place.holds()[0] == wanted[0]
    assert not place.collect().any
    assert place.holds() == wanted


def test_what_an_archive_holds_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = SEEDS["claude"]
    path = tmp_path / "export"
    with zipfile.ZipFile(path, "w") as archive:
        for file, data in seed.files.items():
            archive.writestr(file, data)
    path.write_bytes(path.read_bytes().replace(WORDS[0].encode(), WORDS[0].upper().encode(), 1))
    place = Place(tmp_path, Seed("claude", {}), monkeypatch)
    (told,) = place.collect().unread
    assert told == ("conversations-001.json", "cannot be read: Bad CRC-32 for file 'conversations-001.json'")
    assert len(place.holds()[0]) == len(WORDS)


def test_an_export_of_which_nothing_can_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = SEEDS["claude"]
    place = Place(tmp_path, seed, monkeypatch)
    with pytest.raises(SourceError, match=r"conversations-001\.json is broken JSON"):
        place.collect({file: data[:-1] for file, data in seed.files.items()})


def test_what_people_sent_one_another_is_no_broken_chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = SEEDS["whatsapp"]
    name = next(iter(seed.files))
    sent = seed.files[name] + f"1/1/24, 10:09 - {ME}: notes.txt (file attached)\n".encode()
    place = Place(tmp_path, Seed("whatsapp", {name: sent, "notes.txt": b"caf\xe9"}, options=seed.options), monkeypatch)
    assert not place.collect().unread


def test_nobody_elses_words_are_taken_while_nothing_says_whose_export_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Maud is silent in these pages, and Ann is not: only the profile tells that they are not Ann's."""
    profile = tmp_path / "export/personal_information/profile_information.json"
    for folder, others in (("a_1", ("Ann",)), ("b_2", ("Ann", "Bo"))):
        said = [meta_pages.section(who, meta_pages.text("Is there fog?"), "Sep 25, 2024 9:00:00 pm") for who in others]
        meta_pages.page(tmp_path / "export/messages/inbox" / folder / "message_1.html", "Us", *said)
    profile.parent.mkdir(parents=True)
    profile.write_text('{"profile": {"name": {"full_name": "Maud')
    place = Place(tmp_path, Seed("meta", {}), monkeypatch)
    with pytest.raises(WhoIsTheAuthorError, match=r"without .*profile_information\.json, which cannot be read: nobody"):
        place.collect()


def test_the_author_may_be_silent_in_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, others = tmp_path / "export/messages/ann_1.json", tmp_path / "export/messages/group_2.json"
    meta.write(own.parent, own.name, meta.thread(meta.said("Ann Lee", 0, "Fog?"), meta.said(ME, 1, "Yes.")))
    group = meta.thread(
        meta.said("Ann Lee", 0, "Fog?"), meta.said("Bo", 1, "Yes."), people=("Ann Lee", "Bo", ME), title="Us"
    )
    meta.write(others.parent, others.name, {**group, "thread_path": "inbox/us_2"})
    place = Place(tmp_path, Seed("meta", {}), monkeypatch)
    place.collect()
    wanted, whole_file = place.holds(), own.read_bytes()
    own.write_bytes(whole_file[:-9])
    assert [name for name, _ in place.collect().unread] == ["messages/ann_1.json"]
    own.write_bytes(whole_file)
    assert not place.collect().any
    assert place.holds() == wanted
