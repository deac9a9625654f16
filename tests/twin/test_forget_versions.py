"""`twin forget` and what was made of the post: versions that learnt from it, or cannot be read, and merged models."""

import shutil
from pathlib import Path

import pytest

from configs.errors import ExitCode
from configs.settings import load_settings
from fakes.adapters import write_adapter
from fakes.forgetting import CANARY, PLAIN, bytes_with, output, register, write
from model_registry.packaging import ADAPTER_WEIGHTS, served_path
from twin import wiring
from twin.cli import run

pytestmark = pytest.mark.usefixtures("forgettable")


@pytest.mark.slow
def test_repeated_after_a_kill_at_its_last_step_it_says_that_all_is_erased(
    blog: Path, letter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from feature_store.backends.delta import DeltaFeatureStore

    finish = DeltaFeatureStore.finish_forgetting

    def finish_and_die(store: DeltaFeatureStore, author: str) -> None:
        finish(store, author)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(DeltaFeatureStore, "finish_forgetting", finish_and_die)
        assert run(["forget", "--post", "canary.md", "--source", str(letter), "--yes"]) == ExitCode.INTERRUPTED
    assert output(capsys, "status")["authors"][0]["unfinished"] == 0
    for named in (["--post", "canary.md"], ["--source", str(letter)]):
        again = output(capsys, "forget", *named)  # nobody has to be asked
        assert (again["already"], again["posts"], again["versions"]) == ([named[1]], 0, [])
    assert run(["forget", "--post", "canary.md"]) == ExitCode.OK
    assert "Erased already: canary.md." in capsys.readouterr().out
    both = output(capsys, "forget", "--post", "canary.md", "--post", "3.md", "--yes")
    assert (both["already"], both["posts"]) == (["canary.md"], 1)
    assert run(["forget", "--post", "never.md", "--yes"]) == ExitCode.NOT_FOUND


@pytest.mark.slow
def test_versions_that_cannot_be_read_stop_no_erasure(
    blog: Path, letter: Path, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings()
    for name, trained_on in (("first", 1), ("second", 2), ("third", 2)):
        register(settings, tmp_path / name, trained_on=trained_on)
    versions = wiring.model_registry(settings).versions("maud-ferrier")
    manifest = versions[1].folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:-40])
    store = wiring.feature_store(settings)
    newest = data_dir / "features" / "authors" / "maud-ferrier" / "versions" / "F2.json"
    newest.write_text("{}", encoding="utf-8")

    erased = output(capsys, "forget", "--post", "canary.md", "--yes")

    assert (erased["posts"], erased["versions"], erased["tainted"]) == (2, ["F1"], ["v1", "v2", "v3"])
    assert sorted(erased["unreadable"]) == ["F2", "v2"]
    assert str(manifest) in erased["unreadable"]["v2"]
    assert bytes_with(CANARY, data_dir) == []
    assert [version.name for version in store.versions("maud-ferrier")] == ["F1", "F3"]  # F2 is not given again
    assert [one.tainted != "" for one in wiring.model_registry(settings).readable_versions("maud-ferrier")[1]] == [True]
    assert output(capsys, "forget", "--post", "2.md", "--yes")["unreadable"] == {}
    write(blog / "10.md", 10, PLAIN.format(n=10) * 4)
    output(capsys, "collect", str(blog), "--as", "folder", "--author", "Maud Ferrier")
    (blog / "10.md").unlink()
    assert "F5 is complete" in str(run_text(capsys, "features"))


def run_text(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run([*arguments]) == ExitCode.OK
    return capsys.readouterr().out


@pytest.mark.slow
def test_purging_removes_the_weights_that_learnt_from_it(
    blog: Path, letter: Path, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings()
    assert output(capsys, "forget", "--purge")["purged"] == []
    for name in ("first", "second"):
        register(settings, tmp_path / name, trained_on=2)
    assert "twin forget --purge" in run_text(capsys, "forget", "--post", "canary.md", "--yes")
    assert bytes_with("first", data_dir / "models" / "versions") != []
    assert run(["forget", "--purge"]) == ExitCode.USAGE  # nobody is there to be asked
    assert "v1, v2" in capsys.readouterr().err
    assert output(capsys, "forget", "--purge", "--author", "Maud Ferrier", "--yes")["purged"] == ["v1", "v2"]
    assert not [path for path in (data_dir / "models" / "versions").rglob("*") if path.is_file()]
    assert output(capsys, "status")["authors"][0]["collected"] == 10  # with --author alone all would be erased
    register(settings, tmp_path / "third", trained_on=2)
    assert [version.name for version in wiring.model_registry(settings).versions("maud-ferrier")] == ["v3"]
    erased = output(capsys, "forget", "--post", "3.md", "--purge", "--yes")
    assert (erased["tainted"], erased["purged"]) == (["v3"], ["v3"])
    assert output(capsys, "models") == {"versions": []}


@pytest.mark.slow
def test_merged_models_of_what_learnt_from_it_go_and_no_others(
    blog: Path, letter: Path, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("TWIN_CACHE_DIR", str(tmp_path / "cache"))
    settings = load_settings()
    register(settings, tmp_path / "first", trained_on=2)
    registry = wiring.model_registry(settings)
    (version,) = registry.versions("maud-ferrier")
    dex = registry.register("dex", write_adapter(tmp_path / "dex", weights=b"dex", author="dex"))
    shutil.copytree(tmp_path / "first", data_dir / "training" / "maud-ferrier" / "run" / "adapter")
    (data_dir / "training" / "maud-ferrier" / "run" / "adapter" / ADAPTER_WEIGHTS).write_bytes(b"of a run")
    trained = served_path("base", data_dir / "training" / "maud-ferrier" / "run" / "adapter", settings.cache_dir)
    damaged = served_path("base", version.folder, settings.cache_dir)  # made before its weights were damaged
    (version.folder / ADAPTER_WEIGHTS).write_bytes(b"damaged")
    merged = served_path(version.manifest.base.fingerprint, version.folder, settings.cache_dir)
    other_base = served_path("another base", version.folder, settings.cache_dir)
    killed = merged.with_name(f".{merged.name}.1234.part")
    kept = [served_path("base", dex.folder, settings.cache_dir), served_path("base", None, settings.cache_dir),
            merged.with_name("another.gguf")]  # fmt: skip
    merged.parent.mkdir(parents=True)
    for path in (merged, other_base, damaged, trained, killed, *kept):
        path.write_bytes(b"merged")
    assert output(capsys, "forget", "--post", "canary.md", "--yes")["tainted"] == ["v1"]
    assert sorted(merged.parent.iterdir()) == sorted(kept)
