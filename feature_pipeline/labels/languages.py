"""Which kinds of examples are made in which languages, and what is said where one is not."""

from collections import Counter
from collections.abc import Collection, Sequence

from feature_pipeline.labels.paraphrase_lexicon import DRAFT_LEAVES_OUT
from feature_store.records import Document
from text.language import language_name
from text.request_wording import WORDINGS
from text.stop_words import NOUN_FOLLOWS_OF

# What needs the lists of a language, and the languages that have them. All else, as writing from a title, going on from
# what stands before and replying to a message, needs none.
MAKERS: tuple[tuple[str, Collection[str]], ...] = (
    ("questions of facts, opinions and people", ("en",)),
    ("plain texts to rewrite", DRAFT_LEAVES_OUT),
    ("topics and notes to write from", NOUN_FOLLOWS_OF),
    ("requests in that language (they are in English)", WORDINGS),
)
FEWEST = 0.1  # share of the documents from which a language is worth a word


def without_makers(documents: Sequence[Document]) -> str:
    """For people: which kinds are missing for languages that many of the documents are in; "" when none is."""
    count = Counter(document.language for document in documents)
    del count[""]
    said = []
    for language, number in sorted(count.items(), key=lambda counted: (-counted[1], counted[0])):
        missing = [what for what, languages in MAKERS if language not in languages]
        if number >= FEWEST * len(documents) and missing:
            posts = "1 post" if number == 1 else f"{number} posts"
            said.append(f"for the {posts} in {language_name(language)} there are no {'; no '.join(missing)}")
    return "".join(f"; {one}" for one in said)
