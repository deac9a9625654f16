"""What comes from strangers in a shape that nobody foresaw: collected, quarantined with its reason, or one error that
names it. Never anything else, of any kind of source.

`FAULTS=all` tries often, and at other places each time.
"""

import tempfile
from collections.abc import Callable
from dataclasses import fields
from functools import cache, partial
from pathlib import Path

import chat_seeds
import export_seeds
import pytest
import web_seeds
from hypothesis import given
from hypothesis import strategies as st

from configs.errors import TwinError
from fakes.fetching import opened
from fakes.mutations import ALL, changed, changes, tried
from fakes.seeds import Seed
from feature_pipeline import privacy
from feature_pipeline.cleaning import clean
from feature_pipeline.limits import within_limits
from feature_pipeline.sources import kinds
from feature_store.records import Post

SEEDS = {**chat_seeds.SEEDS, **web_seeds.SEEDS, **export_seeds.SEEDS}
EXAMPLES = 100 if ALL else 12
LOOKED_INTO = 10  # posts of a mutated place that are cleaned and masked


@cache
def seed_of(name: str) -> Seed:
    return SEEDS[name]()


def collected(seed: Seed, files: dict[str, bytes]) -> list[Post] | TwinError:
    """The posts, or the one error that a person reads in their place. Raises whatever is neither."""
    with tempfile.TemporaryDirectory() as folder:
        place, fetcher = seed.location(files, Path(folder))
        try:
            items = list(opened(place, seed.kind, fetcher=fetcher, max_pages=20, **seed.options).read())
        except TwinError as error:
            return error
    return [item for item in items if isinstance(item, Post)]


def require_sound(posts: list[Post]) -> None:
    """What the store and the later stages take for granted."""
    assert len({post.id for post in posts}) == len(posts)
    for post in posts:
        texts = [getattr(post, field.name) for field in fields(post)]
        for text in (*filter(lambda value: isinstance(value, str), texts), *post.tags, *post.people):
            text.encode("utf-8")
        assert not (post.problem and post.content)
        assert post.source_id
    for post in posts[:LOOKED_INTO]:
        document = clean(post, min_words=3)
        masked = privacy.mask(document, people=post.private_people, allow=(), phone_region="GB")
        for text in (masked.title, masked.text, masked.context, masked.quarantine):
            text.encode("utf-8")


def examine(seed: Seed, files: dict[str, bytes]) -> list[Post] | TwinError:
    """Ends, within the limits of processor time that one post has."""
    found = within_limits(partial(collected, seed, files), characters=sum(map(len, files.values())))
    if not isinstance(found, TwinError):
        require_sound(found)
    return found


def mutated(seed: Seed, data: st.DataObject) -> dict[str, bytes]:
    """One file changed, by a few changes."""
    name = data.draw(st.sampled_from(sorted(seed.files)))
    made = data.draw(changes(seed.files[name], name))
    return {**seed.files, name: changed(seed.files[name], name, made)}


def test_every_kind_has_a_place_to_begin_with() -> None:
    assert {name.partition(",")[0] for name in SEEDS} == set(kinds())


@pytest.mark.parametrize("name", SEEDS)
def test_what_is_whole_is_collected(name: str) -> None:
    seed = seed_of(name)
    found = examine(seed, seed.files)
    assert isinstance(found, list)
    assert any(post.content for post in found)


@tried(30)
@given(name=st.sampled_from(sorted(SEEDS)), data=st.data())
def test_some_mutations_of_any_kind(name: str, data: st.DataObject) -> None:
    examine(seed_of(name), mutated(seed_of(name), data))


@pytest.mark.slow
@pytest.mark.parametrize("name", SEEDS)
def test_mutations(name: str, record_property: Callable[[str, object], None]) -> None:
    tries = 0

    @tried(EXAMPLES)
    @given(data=st.data())
    def many(data: st.DataObject) -> None:
        nonlocal tries
        tries += 1
        examine(seed_of(name), mutated(seed_of(name), data))

    many()
    record_property("tries", tries)
