"""Makes records and versions for tests of what stores them."""

import random

from feature_store.ports import FeatureWriter
from feature_store.records import (
    Chunk,
    ContentType,
    Document,
    Example,
    ExampleKind,
    Passage,
    Post,
    PostKind,
    Span,
    Split,
    Vector,
)
from feature_store.versions import AuthorProfile, FeatureVersion

ENCODER = "encoder-of-the-tests"
DIMENSIONS = 16
ODD_TEXT = (
    "Fog 🌫️ 👩\u200d👧, “quotes”, naïve e\u0301, \u202eright to left\u202c, zero\u200bwidth, "
    "tab\t, nul\x00, \r\n\U0010ffff  end "
)


def make_profile(author: str = "maud") -> AuthorProfile:
    return AuthorProfile(id=author, name=author.title(), created_at="2024-01-01T00:00:00+00:00", consent="I am Maud.")


def make_post(name: str, content: str = "The fog came in.", author: str = "maud") -> Post:
    return Post(
        author=author,
        source="folder:/posts",
        source_id=f"{name}.md",
        url=f"https://example.org/{name}",
        title=name.title(),
        created_at="2023-04-02T00:00:00+00:00",
        fetched_at="2024-01-01T00:00:00+00:00",
        content=content,
        content_type=ContentType.MARKDOWN,
        tags=("harbour", ""),
    )


def make_document(name: str, text: str = "The fog came in.", author: str = "maud") -> Document:
    post = make_post(name, text, author)
    return Document(
        id=post.id,
        author=author,
        source=post.source,
        source_id=post.source_id,
        url=post.url,
        title=post.title,
        created_at=post.created_at,
        kind=PostKind.POST,
        text=text,
        marked=(Span(0, 3, "quote"), Span(4, 7, "code")),
        language="en",
        post_hash=post.content_hash,
        split=Split.TRAIN,
    )


def make_chunk(
    name: str, text: str = "The fog came in.", author: str = "maud", vector: "Vector | None" = None
) -> Chunk:
    return Chunk(
        document_id=make_document(name, author=author).id,
        author=author,
        title=name.title(),
        url=f"https://example.org/{name}",
        created_at="2023-04-02T00:00:00+00:00",
        start=0,
        end=len(text),
        text=text,
        search_text=text.lower(),
        token_count=7,
        encoder=ENCODER,
        vector=random_vector(name) if vector is None else vector,
    )


def make_example(
    name: str, target: str = "The fog came in.", split: Split = Split.TRAIN, author: str = "maud"
) -> Example:
    return Example(
        document_id=make_document(name, author=author).id,
        author=author,
        kind=ExampleKind.WRITE,
        split=split,
        request=f"Write a post titled {name}",
        passages=(Passage("Tides", "2023-01-01", "High at noon."), Passage("", "", "")),
        start=0,
        end=len(target),
        target=target,
    )


def make_version(number: int, author: str = "maud", encoder: str = ENCODER) -> FeatureVersion:
    return FeatureVersion(
        author=author,
        number=number,
        created_at="2024-01-01T00:00:00+00:00",
        digest=f"digest {number}",
        tables={},
        counts={},
        encoder=encoder,
        configuration={},
        changed={},
    )


def random_vector(seed: str, dimensions: int = DIMENSIONS) -> Vector:
    """A unit vector of float32 values, the same for the same seed."""
    import numpy as np

    source = random.Random(seed)
    vector = np.array([source.gauss(0, 1) for _ in range(dimensions)], dtype=np.float32)
    return vector / np.linalg.norm(vector)


def axis(number: int) -> Vector:
    """The unit vector along one dimension: orthogonal to every other axis."""
    import numpy as np

    return np.eye(DIMENSIONS, dtype=np.float32)[number]


def between(left: Vector, right: Vector, share: float) -> Vector:
    """A unit vector between two: `share` 0 is left, 1 is right."""
    import numpy as np

    mixed = (1 - share) * left + share * right
    return mixed / np.linalg.norm(mixed)


def without_vectors(chunks: list[Chunk]) -> list[Chunk]:
    return [chunk.without_vectors() for chunk in chunks]


def commit_features(
    store: FeatureWriter,
    *names: str,
    author: str = "maud",
    edited: str = "",
    configuration: dict[str, str] | None = None,
) -> tuple[FeatureVersion, bool]:
    """Commit a document, a chunk and an example for each name; `edited` is the name whose text is another."""
    texts = {name: f"{name} was edited." if name == edited else f"{name} as it was." for name in names}
    with store.writing(author):
        return store.commit(
            author,
            documents=[make_document(name, text, author) for name, text in texts.items()],
            chunks=[make_chunk(name, text, author) for name, text in texts.items()],
            examples=[make_example(name, text, author=author) for name, text in texts.items()],
            encoder=ENCODER,
            configuration=configuration or {"chunker": "1"},
        )
