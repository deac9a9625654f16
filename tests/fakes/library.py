"""A data folder with posts in every state, and with versions."""

from pathlib import Path

from configs.errors import ExitCode
from configs.settings import load_settings
from fakes.adapters import write_adapter
from twin import wiring
from twin.cli import run
from twin.jobs.authors import ensure_author

TEXT = "On day {n} I wound the harbour clock, all {n} turns of it, and then I sat down with soup number {n}. "
ADDRESS = "maud.ferrier@tidewrack.net"


def write_post(path: Path, day: int, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"---\ntitle: Day {day}\ndate: 2024-01-{day:02}\n---\n{text}\n", encoding="utf-8")


def collect_posts(folder: Path) -> Path:
    """Eight posts of Maud's; one that repeats another, one that is too short, one with an address in it, and one that
    came after the features were made. Returns the data folder."""
    blog, data = folder / "blog", folder / "data"
    for day in range(1, 9):
        write_post(blog / f"{day}.md", day, TEXT.format(n=day) * 4)
    write_post(blog / "copy.md", 9, TEXT.format(n=8) * 4)
    write_post(blog / "short.md", 10, "Too short.")
    write_post(blog / "address.md", 11, f"Write to {ADDRESS} before the tide. " + TEXT.format(n=40) * 4)
    here = ("--set", f"data_dir={data}", "--set", "feature_store.encoder=all-minilm-l6-v2")
    assert run([*here, "collect", str(blog), "--as", "folder", "--author", "Maud"]) == ExitCode.OK
    assert run([*here, "features"]) == ExitCode.OK
    write_post(blog / "late.md", 12, f"Later I wrote to {ADDRESS} again. " + TEXT.format(n=12) * 4)
    assert run([*here, "collect", str(blog), "--as", "folder", "--author", "Maud"]) == ExitCode.OK
    return data


def register_versions(data: Path, folder: Path) -> None:
    """Of Maud: v1 is champion, v2 is better, v3 is worse than its base model."""
    settings = load_settings(overrides=[f"data_dir={data}"], environ={})
    ensure_author(wiring.feature_store(settings), "Maud")
    registry = wiring.model_registry(settings)
    for number, bits in enumerate((1.2, 1.1, 1.5), start=1):
        registry.register("maud", write_adapter(folder / f"v{number}", weights=bytes([number]), adapter=bits, base=1.4))
    registry.promote("maud", 1)
