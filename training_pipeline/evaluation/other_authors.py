"""Text by other people: the other authors in the store, and ten short invented voices.

To say how much a text sounds like its author, a judge must have seen how others write, and a person's own machine
mostly holds no one else's posts. `voices/<name>.txt` holds people who do not exist, written for this project. Each
writes on software, cooking, travel, family, weather, history, money and other subjects, so that the subject does not
give the voice away. They differ in function words, sentence length and its spread, punctuation, casing, contractions
and paragraphs. To add a voice, add a file.

They are English: an author of another language is told from them by the language alone, which says nothing of style.
"""

from pathlib import Path

from feature_store.versions import FeatureVersion
from training_pipeline.errors import TrainingError
from training_pipeline.run_context import RunContext

VOICES = Path(__file__).parent / "voices"
SEPARATOR = "\n---\n"


def reference_voices() -> dict[str, list[str]]:
    """Voice → its passages in order, 10 or 11 of 60 to 210 words each, with their line breaks; 14,000 words in all.

    Raises TrainingError where the files are missing: without them a judge has no other author to compare with.
    """
    files = sorted(VOICES.glob("*.txt"))
    if not files:
        raise TrainingError(
            f"no reference voice (*.txt) in {VOICES}: the installation is incomplete, install LLM Twin again"
        )
    return {file.stem: file.read_text("utf-8").strip().split(SEPARATOR) for file in files}


def other_authors(run: RunContext) -> list[FeatureVersion]:
    """The newest features of the other authors in the store, of at most evaluation.others."""
    others = [profile.id for profile in run.store.authors() if profile.id != run.author]
    return [versions[-1] for author in others if (versions := run.store.versions(author))][: run.evaluation.others]
