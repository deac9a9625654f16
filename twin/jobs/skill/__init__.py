"""An author's style as a folder with SKILL.md, as programs that read Agent Skills take it: by counting alone."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from configs.progress import Progress
from configs.settings import Settings
from feature_store.versions import AuthorProfile
from text.habits import Habits, count_habits
from text.sentences import ends_sentence, sentences
from text.words import folded_words
from twin import wiring
from twin.errors import TooLittleTextError
from twin.jobs.posts import kept
from twin.jobs.skill.examples import edges, passages
from twin.jobs.skill.own_text import OwnText, own_texts
from twin.jobs.skill.page import EXAMPLES, Counted, examples_page, skill_page

FEWEST_WORDS = 500  # of prose; below it figures are chance
NAME = re.compile(r"(?=.{1,64}$)[a-z0-9]+(?:-[a-z0-9]+)*")  # as the format has it
MOST_SHOWN, MOST_PASSAGES, MOST_EDGES, MOST_SIGN_OFFS = 4, 24, 5, 3
LONGEST_SIGN_OFF = 12  # words


@dataclass(frozen=True, slots=True)
class SkillWritten:
    folder: Path
    name: str
    features: str  # "F3"
    texts: int
    words: int
    messages: int  # private ones, left out

    @property
    def posts(self) -> int:
        return self.texts


def export_skill(
    settings: Settings,
    profile: AuthorProfile,
    version: str | None,
    to: Path,
    *,
    with_messages: bool,
    progress: Progress,
) -> SkillWritten:
    """Write it into the folder `to`, whole or not at all. Raises what `twin.jobs.posts.kept` raises, TooLittleTextError
    and ExportTargetError.

    The format asks that a skill is called as its folder is; where the folder's name cannot be one, it is called after
    the author.
    """
    from model_registry.export_folder import exporting

    found = kept(settings, profile.id, version, with_messages=with_messages)
    progress.start("count", None)
    usable = [document for document in found.documents if document.usable]
    texts = own_texts(usable, wiring.feature_store(settings).forgotten(profile.id))
    sizes: Counter[str] = Counter()
    for text in texts:
        sizes[text.document.language] += sum(map(len, text.paragraphs))
    language = sizes.most_common(1)[0][0] if sizes else ""
    texts = [text for text in texts if text.document.language in (language, "")]
    own = count_habits(text.paragraphs for text in texts)
    if own.word_count < FEWEST_WORDS:
        raise TooLittleTextError(
            f"{profile.name} has {own.word_count} words of prose that can be counted, and {FEWEST_WORDS} are needed "
            "for figures that are more than chance. Collect more: twin collect PLACE --author …"
        )
    to = to.expanduser().absolute()
    counted = Counted(
        name=to.name if NAME.fullmatch(to.name) else f"write-like-{profile.id}"[:64].strip("-"),
        profile=profile,
        version=found.version,
        own=own,
        others=_others(language),
        language=language,
        documents=[text.document for text in texts],
        firsts=edges(texts, first=True, most=MOST_EDGES),
        lasts=edges(texts, first=False, most=MOST_EDGES),
        sign_offs=_sign_offs(texts),
        passages=passages(texts, most=MOST_PASSAGES),
        shown=MOST_SHOWN,
    )
    said = {"author": profile.id, "features": found.version.name, "digest": found.version.digest, "forms": ["skill"]}
    with exporting(to, said) as (staging, target):
        (staging / EXAMPLES).parent.mkdir()
        for name, page in (("SKILL.md", skill_page(counted)), (EXAMPLES, examples_page(counted))):
            (staging / name).write_text(page, encoding="utf-8", newline="\n")
    progress.finish(f"{own.word_count} words")
    return SkillWritten(target, counted.name, found.version.name, own.texts, own.word_count, found.messages)


def _others(language: str) -> list[Habits]:
    """The reference voices, which are English; none for another language, whose figures mean something else."""
    if language != "en":
        return []
    from training_pipeline.evaluation.other_authors import reference_voices

    return [
        count_habits(passage.split("\n\n") for passage in passages_of) for passages_of in reference_voices().values()
    ]


def _sign_offs(texts: Sequence[OwnText]) -> list[tuple[str, int]]:
    written: dict[str, str] = {}
    found: Counter[str] = Counter()
    for text in texts:
        paragraph = text.paragraphs[-1]
        start, end = [*sentences(paragraph)][-1]
        words = folded_words(paragraph[start:end])
        if ends_sentence(paragraph[start:end]) and 2 <= len(words) <= LONGEST_SIGN_OFF:
            key = " ".join(words)
            found[key] += 1
            written.setdefault(key, paragraph[start:end])
    return [(written[key], number) for key, number in found.most_common(MOST_SIGN_OFFS) if number >= 3]
