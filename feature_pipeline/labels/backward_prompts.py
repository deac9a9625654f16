"""Requests read out of texts backwards: a model is shown a post, and asked which request it would answer.

Instruction backtranslation (Humpback: Li et al. 2023; LongForm: Köksal et al. 2023): the model writes the request,
never the target. What comes back is checked, and a text whose request is no good keeps the one made by rules. Answers
are kept in a file by the content of the text, so that the next run asks of new texts only, and ends in the same
examples.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from configs.files import private_folder
from configs.progress import Progress
from feature_pipeline.labels.choice import seed_of
from feature_store.records import Document, Split, digest_of
from text.language import detect_language
from text.words import count_words, folded_words

BACKWARD_VERSION = "1"  # to be raised by hand whenever the same model would be asked or understood differently
BATCH = 8  # texts asked about at once, and written to the file together
CHARACTERS_SHOWN = 1500  # of a text
INSTRUCTION = (
    "Below is a text. Write the one short request that somebody would send to its author to get exactly this text, "
    "such as “Write a post about …” or a question. Answer with the request alone, on one line, in the language of the "
    "text. Do not copy from the text.\n\n"
)
FEWEST_WORDS, MOST_WORDS = 3, 40  # of a request
LONGEST_COPY = 6  # words in a row that a request may share with its text
PREFIX = re.compile(r"^\W*(?:request|prompt|question|instruction|answer)\s*:\s*", re.IGNORECASE)
QUOTES = "\"'“”„«»`* "
NO_REQUEST = re.compile(
    r"(?:i|i['’]m|the (?:author|text|post|writer|request)|this (?:text|post)|sure|here(?:['’]s| is)|certainly|sorry|"
    r"as an)\b",
    re.IGNORECASE,
)
ENGLISH_REQUEST = re.compile(
    r"(?:please |can you |could you |would you |will you )?(?:write|tell|describe|explain|share|give|talk|compose|"
    r"draft|create|reflect|discuss|recount|summari[sz]e|introduce|review|show|list|compare|report|make|say|what|how|"
    r"why|when|where|who|which|do|does|did|is|are|was|were|have|has|can|should)\b",
    re.IGNORECASE,
)


class PromptMaker(Protocol):
    """A model that is asked. Adapters are made in twin's wiring."""

    @property
    def fingerprint(self) -> str:
        """What its answers depend on: the model's name or hash."""

    def answer(self, prompts: Sequence[str]) -> list[str]:
        """The model's answer to each prompt, decoded greedily, at most about 60 tokens long. Raises PromptMakerError
        when it cannot be reached."""


@dataclass(frozen=True, slots=True)
class BackwardPrompts:
    """Asks `maker` about the beginnings of at most `posts` documents of the training split.

    `file` keeps what was answered, a JSON object a line. It holds words of the posts: erasing a post erases it.
    """

    maker: PromptMaker
    file: Path
    posts: int

    @property
    def fingerprint(self) -> str:
        return f"{BACKWARD_VERSION}, {self.posts} posts, {self.maker.fingerprint}"

    def requests(self, beginnings: Sequence[tuple[Document, str]], progress: Progress) -> dict[str, str]:
        """A good request for each text that has one, by the text. Raises PromptMakerError; what was answered until
        then is kept. Which posts are asked about is by hash: a new post replaces at most one of them."""
        learned = [(d, text) for d, text in beginnings if d.split is Split.TRAIN]
        learned.sort(key=lambda pair: (digest_of("backward", seed_of(pair[0])), pair[0].id))
        asked = learned[: self.posts]
        known = read_answers(self.file)
        new = [text for text in dict.fromkeys(text for _, text in asked) if self._key(text) not in known]
        progress.start("ask for requests", len(new))
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            answers = self.maker.answer([INSTRUCTION + text[:CHARACTERS_SHOWN] for text in batch])
            fresh = {self._key(text): answer for text, answer in zip(batch, answers, strict=True)}
            _keep(self.file, fresh)
            known |= fresh
            progress.advance(len(batch))
        made = {
            text: request
            for document, text in asked
            if (request := request_in(known[self._key(text)], text=text, language=document.language))
        }
        progress.finish(f"{len(made)} of {len(asked)} can be used")
        return made

    def _key(self, text: str) -> str:
        return digest_of("backward", BACKWARD_VERSION, self.maker.fingerprint, text)


def request_in(answer: str, *, text: str, language: str) -> str:
    """The request that a model's answer holds, or "" when it holds none that is worth learning from."""
    lines = [line.strip() for line in answer.strip().split("\n") if line.strip()]
    if len(lines) != 1:
        return ""
    request = PREFIX.sub("", lines[0]).strip(QUOTES)
    said = detect_language(request)
    wrong = (
        not FEWEST_WORDS <= count_words(request) <= MOST_WORDS
        or NO_REQUEST.match(request)
        or copied_words(request, text) > LONGEST_COPY
        or (said and language and said != language)
        or (language == "en" and not (request.endswith("?") or ENGLISH_REQUEST.match(request)))
    )
    return "" if wrong else request


def copied_words(request: str, text: str) -> int:
    """The longest run of words of `request` that stands in `text` too, in any casing."""
    asked, told = folded_words(request), f" {' '.join(folded_words(text))} "
    longest = 0
    for start in range(len(asked)):
        while start + longest < len(asked) and f" {' '.join(asked[start : start + longest + 1])} " in told:
            longest += 1
    return longest


def read_answers(file: Path) -> dict[str, str]:
    """Answers by key. A last line that a kill cut short is skipped, and asked again."""
    if not file.is_file():
        return {}
    return dict(_entries(file.read_text(encoding="utf-8")))


def _entries(text: str) -> Iterator[tuple[str, str]]:
    for line in text.split("\n"):
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(entry, dict) and isinstance(entry.get("key"), str) and isinstance(entry.get("answer"), str):
            yield entry["key"], entry["answer"]


def _keep(file: Path, answers: Mapping[str, str]) -> None:
    private_folder(file.parent)
    lines = [json.dumps({"key": key, "answer": answer}, ensure_ascii=False) for key, answer in answers.items()]
    with file.open("a", encoding="utf-8") as written:
        # the first line break ends what a kill may have left of a line
        written.write("\n" + "\n".join(lines) + "\n")
