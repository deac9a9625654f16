"""Commands in this process, over a real store and a real registry: what goes to stdout, what to stderr, exit codes."""

import json
import shlex
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from configs.errors import ExitCode
from configs.settings import load_settings
from fakes.adapters import write_adapter
from model_registry.errors import PromotionRefusedError
from twin import wiring
from twin.cli import run
from twin.jobs import versions
from twin.jobs.authors import ensure_author

POST = "---\ntitle: {title}\ndate: 2024-0{number}-01\n---\n{text}\n"
WORDS = "The harbour clock loses four minutes a day and nobody but me winds it, and I wind it on Mondays before tea. "

MAIL = f"From: Maud <maud@tidewrack.net>\nTo: ann@tidewrack.net\nDate: Mon, 1 Jan 2024 10:00:00 +0000\n\n{WORDS}\n"
MISTYPED = ["--set", "data_dir=/no/such/folder"]


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    folder = tmp_path / "posts"
    folder.mkdir()
    for number, title in enumerate(("Fog", "Pies", "Rye"), start=1):
        text = POST.format(title=title, number=number, text=f"{title} again. {WORDS * number}")
        (folder / f"{title.lower()}.md").write_text(text, encoding="utf-8")
    (folder / "nothing.md").write_bytes(b"")
    return folder


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """What a command that ends well prints as JSON."""
    capsys.readouterr()
    assert run([*arguments, "--json"]) == ExitCode.OK
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and message of a command that prints no result."""
    capsys.readouterr()
    code = run(arguments)
    out, err = capsys.readouterr()
    assert out == ""
    return code, err


class TestCollectAndStatus:
    def test_who_the_author_is_is_not_asked_where_nothing_uses_it(
        self, posts: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Else whoever takes a chat for something else would not hear of it."""
        code, err = refused(capsys, "collect", str(posts), "--author", "Maud Ferrier", "--me", "Maud")
        assert code == ExitCode.USAGE
        assert "--me Maud: nothing in" in err
        assert "no post says who wrote it" in err
        source = posts.parent / "posts.jsonl"
        source.write_text('{"text": "The harbour clock loses four minutes a day."}')
        code, err = refused(capsys, "collect", str(source), "--author", "Maud Ferrier", "--me", "Maud")
        assert code == ExitCode.USAGE
        assert "read as jsonl" in err

    def test_what_cannot_be_read_is_named_with_its_reason(
        self, posts: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (posts / "log.txt").write_text("10:02 <ann> fog?\n10:03 <maud> yes\n10:04 <ann> ok\n")
        assert run(["collect", str(posts), "--author", "Maud Ferrier"]) == ExitCode.OK
        err = capsys.readouterr().err
        assert "nothing.md: the file is empty" in err
        assert "log.txt: a conversation (the lines of ann and maud" in err

    def test_the_result_goes_to_stdout_and_the_rest_to_stderr(
        self, posts: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["collect", str(posts), "--author", "Maud Ferrier"]) == ExitCode.OK
        out, err = capsys.readouterr()
        assert out.startswith("Maud Ferrier: 4 new; 0 unchanged; 1 of them unreadable")
        assert out.count("\n") == 1
        assert "states that these texts are theirs" in err
        assert "collect …" in err

    def test_consent_is_said_once(self, posts: Path, capsys: pytest.CaptureFixture[str]) -> None:
        run(["collect", str(posts), "--author", "Maud Ferrier"])
        capsys.readouterr()
        assert run(["collect", str(posts), "--author", "maud-ferrier"]) == ExitCode.OK
        out, err = capsys.readouterr()
        assert out.startswith("Maud Ferrier: nothing has changed; 4 unchanged")
        assert "Recorded" not in err

    def test_json(self, posts: Path, capsys: pytest.CaptureFixture[str]) -> None:
        report = output(capsys, "collect", str(posts), "--author", "Maud Ferrier")
        assert (report["author"], report["new"], report["quarantined"][0][0]) == ("maud-ferrier", 4, "nothing.md")
        (posts / "fog.md").unlink()
        assert output(capsys, "collect", str(posts), "--author", "Maud Ferrier")["deleted"] == 1

    def test_status_accounts_for_every_file(self, posts: Path, capsys: pytest.CaptureFixture[str]) -> None:
        run(["collect", str(posts), "--author", "Maud Ferrier"])
        (author,) = output(capsys, "status")["authors"]
        states = {post["file"]: post["state"] for post in author["posts"]}
        assert states == {"fog.md": "waiting", "pies.md": "waiting", "rye.md": "waiting", "nothing.md": "quarantined"}
        assert (author["collected"], author["waiting"], author["quarantined"], author["kept"]) == (4, 3, 1, 0)
        assert run(["status", "Maud Ferrier"]) == ExitCode.OK
        shown = capsys.readouterr().out
        assert "4 collected: 3 waiting, 1 quarantined" in shown
        assert "nothing.md: " in shown
        assert "fog.md" not in shown
        run(["status", "--posts"])
        assert "fog.md" in capsys.readouterr().out

    @pytest.mark.parametrize("command", [["collect"], ["up", "--no-serve"]])
    def test_a_place_where_nothing_can_be_read_makes_no_author(
        self, posts: Path, capsys: pytest.CaptureFixture[str], command: list[str]
    ) -> None:
        unusable = [str(posts / "nothing.md")], [str(posts), "--me", "Maud"]  # no post says who wrote it
        for place, code, why in zip(
            unusable, (ExitCode.BAD_INPUT, ExitCode.USAGE), ("0 bytes", "--me Maud"), strict=True
        ):
            found, err = refused(capsys, *command, *place, "--author", "Maud Ferrier")
            assert (found, why in err) == (code, True)
            assert output(capsys, "status") == {"authors": []}

    def test_an_author_of_before_stays_though_nothing_can_be_read(
        self, posts: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        ensure_author(wiring.feature_store(load_settings()), "MAUD FERRIER")
        assert run(["collect", str(posts / "nothing.md"), "--author", "Maud Ferrier"]) == ExitCode.OK
        assert refused(capsys, "collect", str(posts), "--author", "Maud Ferrier", "--me", "M")[0] == ExitCode.USAGE
        (author,) = output(capsys, "status")["authors"]
        assert [post["file"] for post in author["posts"]] == ["nothing.md"]

    def test_what_was_forgotten_stays_though_nothing_can_be_read(self, posts: Path, data_dir: Path) -> None:
        """Of an author whose folder was removed by hand."""
        store = wiring.feature_store(load_settings())
        run(["collect", str(posts), "--author", "Maud Ferrier"])
        store.forget("maud-ferrier", store.posts("maud-ferrier")[:1])
        known = store.forgotten("maud-ferrier")
        (profile,) = data_dir.glob("**/maud-ferrier/profile.json")
        shutil.rmtree(profile.parent)
        assert run(["collect", str(posts / "nothing.md"), "--author", "Maud Ferrier"]) == ExitCode.BAD_INPUT
        assert store.forgotten("maud-ferrier") == known

    def test_the_command_that_is_advised_can_be_copied(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        folder = tmp_path / "my posts"
        folder.mkdir()
        (folder / "fog.md").write_text(f"Fog again. {WORDS * 2}", encoding="utf-8")
        (folder / "to ann.eml").write_text(MAIL, encoding="utf-8")
        assert run(["collect", str(folder), "--author", "Maud Ferrier"]) == ExitCode.OK
        said = [capsys.readouterr().err]
        run(["status"])
        said.append(capsys.readouterr().out)
        for text in said:
            (line,) = [line for line in text.splitlines() if "to ann.eml: mail" in line]
            arguments = shlex.split(line[line.index("twin collect ") :])[1:]
            assert (
                run(["maud@tidewrack.net" if word == "you@example.org" else word for word in arguments]) == ExitCode.OK
            )
            assert "Maud Ferrier: " in capsys.readouterr().out
        (author,) = output(capsys, "status")["authors"]
        reasons = [post["reason"] for post in author["posts"] if post["state"] == "quarantined"]
        assert reasons == ["collected by itself"]  # in the folder
        assert run(["sync", "--collect-only"]) == ExitCode.OK
        assert "twin collect" not in capsys.readouterr().err

    def test_of_a_conversation_alone_the_advised_command_names_the_file(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        chat = tmp_path / "to ann.txt"
        chat.write_text("10:02 <ann> fog?\n10:03 <maud> yes\n10:04 <ann> ok\n")
        for place in (chat, tmp_path):
            _, err = refused(capsys, "collect", str(place), "--as", "folder", "--author", "Maud Ferrier")
            assert f"twin collect '{chat}' --author 'Maud Ferrier' --as KIND" in err

    def test_a_line_break_in_a_name_breaks_no_line(self, posts: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (posts / "two\nlines.md").write_bytes(b"")
        (posts / "three\r\x1b[2J\u2028.md").write_bytes((posts / "fog.md").read_bytes() + b"And more of it.")
        assert run(["collect", str(posts), "--author", "Maud Ferrier"]) == ExitCode.OK
        out, err = capsys.readouterr()
        run(["status", "--posts"])
        run(["status"])
        lines = (out + err + capsys.readouterr().out).split("\n")
        assert sum(r"two\nlines.md" in line for line in lines) >= 2
        assert sum(r"three\r\x1b[2J\u2028.md, article" in line for line in lines) == 1
        assert not any(line.startswith("lines.md") for line in lines)

    def test_status_without_an_author_says_how_to_begin(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, err = refused(capsys, "status")
        assert (code, "twin up PLACE --author NAME" in err) == (ExitCode.OK, True)
        assert "There is no author in /no/such/folder yet." in refused(capsys, *MISTYPED, "status")[1]
        for command in (["status", "maud"], ["ask", "Who?"], ["sync", "maud"]):
            code, err = refused(capsys, *MISTYPED, *command)
            assert (code, "in /no/such/folder yet" in err) == (ExitCode.NOT_FOUND, True)
        assert output(capsys, "status") == {"authors": []}


class TestBadInput:
    def test_a_folder_without_posts(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "empty").mkdir()
        code, err = refused(capsys, "collect", str(tmp_path / "empty"), "--author", "Maud")
        assert code == ExitCode.BAD_INPUT
        assert str(tmp_path / "empty") in err
        assert output(capsys, "status") == {"authors": []}  # and nobody was made

    def test_no_such_folder(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code, err = refused(capsys, "up", str(tmp_path / "nosuch"), "--author", "Maud", "--no-serve")
        assert (code, "nosuch" in err) == (ExitCode.BAD_INPUT, True)

    @pytest.mark.parametrize("command", ["features", "train", "promote", "rollback", "status", "models"])
    def test_an_unknown_author_is_answered_with_the_known(
        self, command: str, posts: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run(["collect", str(posts), "--author", "Maud Ferrier"])
        code, err = refused(capsys, command, "nobody")
        assert (code, "maud-ferrier" in err) == (ExitCode.NOT_FOUND, True)
        assert refused(capsys, command, "--author", "nobody") == (code, err)

    def test_asking_an_unknown_author(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, err = refused(capsys, "ask", "Why?", "--author", "nobody")
        assert (code, "twin" in err) == (ExitCode.NOT_FOUND, True)

    def test_training_before_features(self, posts: Path, capsys: pytest.CaptureFixture[str]) -> None:
        run(["collect", str(posts), "--author", "Maud Ferrier"])
        code, err = refused(capsys, "train")
        assert (code, "twin features" in err) == (ExitCode.NOT_FOUND, True)

    def test_a_busy_port_is_said_before_anything_is_done(self, posts: Path, capsys: pytest.CaptureFixture[str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as busy:
            port = busy.getsockname()[1]
            setting = f"serving.port={port}"
            code, err = refused(capsys, "up", str(posts), "--author", "Maud", "--set", setting)
            assert code == ExitCode.ENVIRONMENT
            assert f"127.0.0.1:{port}" in err
            assert "--no-serve" in err
            assert "Collect" not in err
            assert refused(capsys, "serve", "--set", setting)[0] == ExitCode.ENVIRONMENT
        assert output(capsys, "status") == {"authors": []}

    def test_a_qdrant_server_without_an_address(self, posts: Path, capsys: pytest.CaptureFixture[str]) -> None:
        run(["collect", str(posts), "--author", "Maud Ferrier"])
        code, err = refused(capsys, "features", "--set", "feature_store.index=qdrant")
        assert (code, "feature_store.qdrant_url" in err) == (ExitCode.USAGE, True)


class TestModels:
    @pytest.fixture(autouse=True)
    def _copy(self, three_versions: Path, data_dir: Path) -> None:
        shutil.copytree(three_versions, data_dir)

    def test_promote_and_rollback(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert output(capsys, "promote", "--version", "v2")["version"] == "v2"
        aliases = {v["version"]: v["aliases"] for v in output(capsys, "models", "Maud")["versions"]}
        assert aliases == {"v1": ["previous"], "v2": ["champion"], "v3": ["candidate"]}
        assert output(capsys, "rollback", "--author", "Maud")["version"] == "v1"
        (author,) = output(capsys, "status")["authors"]
        assert author["models"] == {"champion": "v1", "previous": "v2", "candidate": "v3"}

    def test_versions_of_which_none_may_answer_are_not_said_to_be_untrained(
        self, data_dir: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        wiring.model_registry(load_settings()).taint("maud", [1, 2, 3], "it learned from an erased post.")
        assert run(["status"]) == ExitCode.OK
        assert "  models     v1, v2, v3, none of which may answer: twin models\n" in capsys.readouterr().out

    @pytest.mark.parametrize(
        "words", [("Maud", "v2"), ("v2",), ("Maud", "--version", "v2"), ("v2", "--author", "Maud")]
    )
    def test_a_version_is_promoted_as_it_is_named_elsewhere(
        self, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert output(capsys, "promote", *words)["version"] == "v2"

    def test_a_refusal_says_why_and_can_be_overruled(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, err = refused(capsys, "promote")
        assert (code, "1.5" in err, "--force" in err) == (ExitCode.REFUSED, True, True)
        assert "v1" in output(capsys, "status")["authors"][0]["models"]["champion"]
        assert output(capsys, "promote", "--force", "--reason", "to hear it")["forced"] is True

    def test_the_list_shows_lineage_and_figures(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["models"]) == ExitCode.OK
        rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line.startswith("v")}
        assert [part in rows["v2"] for part in ("F1", "smollm2-135m-instruct", "1.400 → 1.100", "passed")] == [True] * 4
        assert "champion" in rows["v1"]

    def test_an_unknown_version_is_answered_with_the_known(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, err = refused(capsys, "promote", "--version", "v9")
        assert code == ExitCode.NOT_FOUND
        assert "v3" in err


class TestRefusedPromotionInUp:
    """v3 of the prepared versions is worse than its base model, so the gate refuses it."""

    def test_the_champion_there_is_stays(self, three_versions: Path, data_dir: Path) -> None:
        shutil.copytree(three_versions, data_dir)
        settings = load_settings()
        said = versions.promote_or_keep(settings, wiring.model_registry(settings).resolve("maud", "v3"), force=False)
        assert "v3 of 'maud' may not be champion" in said
        assert "v1 stays the champion" in said

    @pytest.mark.slow
    def test_without_a_champion_it_is_5_with_the_way_out(self, data_dir: Path, tmp_path: Path) -> None:
        settings = load_settings()
        registry = wiring.model_registry(settings)
        version = registry.register("maud", write_adapter(tmp_path / "v1", adapter=1.5, base=1.4))
        with pytest.raises(PromotionRefusedError, match="twin promote maud --version v1 --force") as caught:
            versions.promote_or_keep(settings, version, force=False)
        assert caught.value.exit_code == ExitCode.REFUSED
        assert versions.promote_or_keep(settings, version, force=True) == "v1 is the champion."


def test_no_model_says_how_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    code, err = refused(capsys, "models")
    assert (code, "twin up PLACE --author NAME" in err) == (ExitCode.OK, True)
    assert output(capsys, "models") == {"versions": []}


class TestDoctor:
    def test_all_is_well_here(self, capsys: pytest.CaptureFixture[str]) -> None:
        report = output(capsys, "doctor", "--set", "serving.port=0")
        assert report["ok"], report
        names = [check["name"] for check in report["checks"]]
        assert {"python", "torch", "base model", "encoder", "data folder", "disk", "port", "model registry"} <= set(
            names
        )

    @pytest.mark.parametrize(
        ("setting", "check"),
        [
            ("base_model.name=/no/such/folder", "base model"),
            ("feature_store.encoder=/no/such/folder", "encoder"),
            ("feature_store.min_free_mb=1000000000", "disk"),
            ("serving.engine=nosuch", "engine"),
            ("serving.host=192.0.2.1", "port"),
            ("data_dir=/proc/nosuch", "data folder"),
        ],
    )
    def test_what_is_wrong_is_named_and_6(self, setting: str, check: str, capsys: pytest.CaptureFixture[str]) -> None:
        capsys.readouterr()
        assert run(["doctor", "--json", "--set", "serving.port=0", "--set", setting]) == ExitCode.ENVIRONMENT
        report = json.loads(capsys.readouterr().out)
        assert check in [one["name"] for one in report["checks"] if not one["ok"]]
