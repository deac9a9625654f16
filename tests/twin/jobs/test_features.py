"""Which encoder a twin's features are made with."""

from pathlib import Path

import pytest

from configs.progress import Silent
from configs.settings import Settings, load_settings
from fakes.online_index import HashEncoder
from feature_store.encoder_files import FOR_ENGLISH, FOR_OTHERS
from feature_store.versions import SourceRecord
from twin import wiring
from twin.jobs.collect import collect
from twin.jobs.features import build_features

GERMAN = "Am Morgen lag Nebel über dem Hafen, und die Fähre kam eine Stunde zu spät, weil niemand die Tonnen sah."
ENGLISH = "In the morning fog lay over the harbour, and the ferry was an hour late, as nobody could see the buoys."


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the encoders that were wanted."""
    names: list[str] = []

    def called(_: Settings, name: str) -> HashEncoder:
        names.append(name)
        return HashEncoder()

    monkeypatch.setattr(wiring, "encoder_called", called)
    return names


def features_of(folder: Path, texts: dict[str, str], *overrides: str) -> Settings:
    posts = folder / "posts"
    posts.mkdir(exist_ok=True)
    for name, text in texts.items():
        (posts / f"{name}.md").write_text(f"# {name}\n\n" + " ".join([f"{text} {name}"] * 6), encoding="utf-8")
    given = [
        f"data_dir={folder / 'data'}",
        "feature_pipeline.gates.min_words=1",
        "feature_pipeline.gates.max_furniture=1",
    ]
    settings = load_settings(overrides=[*given, *overrides], environ={})
    collect(
        settings,
        "Wiebke",
        SourceRecord(name="", kind="folder", location=str(posts)),
        allow_deletions=False,
        progress=Silent(),
    )
    build_features(settings, "wiebke", progress=Silent())
    return settings


@pytest.mark.parametrize(
    ("texts", "chosen"),
    [
        ({"eins": GERMAN, "zwei": GERMAN, "three": ENGLISH}, FOR_OTHERS),
        ({"one": ENGLISH, "two": ENGLISH, "drei": GERMAN}, FOR_ENGLISH),
    ],
)
@pytest.mark.slow
def test_the_language_of_most_posts_chooses_and_the_choice_is_kept(
    tmp_path: Path, asked_for: list[str], texts: dict[str, str], chosen: str
) -> None:
    settings = features_of(tmp_path, texts)
    assert asked_for == [chosen]
    assert wiring.feature_store(settings).version("wiebke").chosen_encoder == chosen
    wiring.encoder(settings, "wiebke")  # what serves, and what judges
    more = {f"{n}": (ENGLISH if chosen == FOR_OTHERS else GERMAN) for n in range(9)}
    features_of(tmp_path, more)
    assert set(asked_for) == {chosen}


def test_an_encoder_that_the_settings_name_is_taken_and_no_choice(tmp_path: Path, asked_for: list[str]) -> None:
    settings = features_of(tmp_path, {"eins": GERMAN}, f"feature_store.encoder={FOR_ENGLISH}")
    assert asked_for == [FOR_ENGLISH]
    assert wiring.feature_store(settings).version("wiebke").chosen_encoder == ""


def test_before_there_are_features_it_is_the_one_for_english(tmp_path: Path, asked_for: list[str]) -> None:
    settings = load_settings(overrides=[f"data_dir={tmp_path}"], environ={})
    collect_only = tmp_path / "posts"
    collect_only.mkdir()
    (collect_only / "eins.md").write_text(GERMAN, encoding="utf-8")
    collect(
        settings,
        "Wiebke",
        SourceRecord(name="", kind="folder", location=str(collect_only)),
        allow_deletions=False,
        progress=Silent(),
    )
    assert wiring.encoder_name(settings, "wiebke") == FOR_ENGLISH
