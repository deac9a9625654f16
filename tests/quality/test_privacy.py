"""How much of what should be masked is masked, and how much of what is masked should be.

privacy_fixture.jsonl holds one snippet a line: `text` in which ⟦kind:value⟧ marks what is to be masked (every other
character must stay), `part` ("tune": detectors are mended by it; "held-out": they are measured by it), and where they
matter `people`, `region` and `language`. All values are made up. "¦" stands inside of keys, so that scanners for leaked
keys do not take them for real ones, and is taken out when the file is read.

A kind's recall is the mean, over its marked values, of the share of a value's characters that were masked as that kind;
its precision is the mean, over what was masked as that kind, of the share of its characters that are marked so.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

import pytest

from fakes.privacy_snippets import Snippet, message, snippets
from feature_pipeline.privacy import KINDS, mask
from feature_pipeline.privacy.masking import Masker


@dataclass
class Scores:
    recall: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    precision: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    misses: list[str] = field(default_factory=list)


def masked_places(snippet: Snippet) -> list[tuple[int, int, str]]:
    one = message(snippet.text, language=snippet.language)
    masker = Masker(one, people=snippet.people, allow=(), phone_region=snippet.region)
    return [(one.start, one.end, one.kind) for one in masker.detect(snippet.text)]


def score(part: str) -> Scores:
    scores = Scores()
    for snippet in snippets():
        if snippet.part != part:
            continue
        found = masked_places(snippet)
        for start, end, kind in snippet.values:
            share = _overlap(start, end, kind, found)
            scores.recall[kind].append(share)
            if share < 1:
                scores.misses.append(f"missed {share:.2f} {kind}: {snippet.text[start:end]!r} in {snippet.text[:90]!r}")
        for start, end, kind in found:
            share = _overlap(start, end, kind, snippet.values)
            scores.precision[kind].append(share)
            if share < 1:
                scores.misses.append(
                    f"wrong {1 - share:.2f} {kind}: {snippet.text[start:end]!r} in {snippet.text[:90]!r}"
                )
    return scores


def _overlap(start: int, end: int, kind: str, others: Sequence[tuple[int, int, str]]) -> float:
    shared = sum(max(0, min(end, e) - max(start, s)) for s, e, k in others if k == kind)
    return shared / (end - start)


# Floors, only to be lowered on purpose, a little under what was measured: 1.00 for every kind of the part that the
# detectors were mended by. The held-out part, before anybody had looked at what it shows: recall 1.00 but for names
# (0.99); precision 1.00 but for secrets (0.99), names (0.94), phones (0.92) and cards (0.90: digits of e that pass for
# one). Two of those faults (of secrets, and of names in the genitive) are mended since.
RECALL = 0.98
PRECISION = dict.fromkeys(KINDS, 0.98)
PRECISION_HELD_OUT = PRECISION | {"card": 0.89, "phone": 0.91, "name": 0.93}
# Findings in the Markdown of posts that their authors published, each looked at: they show addresses, passwords, keys.
PUBLISHED = {
    "skeeto": {"secret": 2},
    "haacked": {"email": 14, "secret": 1},
    "mtlynch": {"email": 12, "secret": 3, "address": 1},
}


@pytest.mark.parametrize("part", ["tune", "held-out"])
def test_what_should_be_masked_is_and_nothing_else(part: str) -> None:
    scores = score(part)
    recall = {kind: mean(scores.recall[kind]) for kind in KINDS}
    precision = {kind: mean(scores.precision[kind]) for kind in KINDS}
    floors = PRECISION if part == "tune" else PRECISION_HELD_OUT
    told = "\n".join(scores.misses)
    assert {kind: figure for kind, figure in recall.items() if figure < RECALL} == {}, told
    assert {kind: figure for kind, figure in precision.items() if figure < floors[kind]} == {}, told


def test_the_fixture_holds_more_that_stays_than_that_goes() -> None:
    rows = list(snippets())
    assert len(rows) >= 600
    assert sum(not row.values for row in rows) > sum(bool(row.values) for row in rows)
    counts = Counter(kind for row in rows for _, _, kind in row.values)
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 15


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize("author", PUBLISHED)
def test_what_authors_published_stays_as_it_is(author: str, shared: Path) -> None:
    posts = shared / "corpora" / author / "posts.jsonl"
    if not posts.is_file():
        pytest.skip("the corpus is not here")
    texts = [json.loads(line)["text"] for line in posts.read_text(encoding="utf-8").splitlines()]
    found = [mask(message(text), people=(), allow=(), phone_region="US").findings for text in texts]
    assert Counter(finding.kind for findings in found for finding in findings) == PUBLISHED[author]
