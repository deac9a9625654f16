"""How records lie in Arrow: an explicit schema for each kind of record, and the conversions."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Generic, TypeVar

from feature_store.records import (
    Chunk,
    ContentType,
    Document,
    Example,
    ExampleKind,
    Finding,
    Passage,
    Post,
    PostKind,
    Record,
    Span,
    Split,
    Vector,
    row_digest,
)

BATCH_ROWS = 500  # made Python's at once
R = TypeVar("R", bound=Record)
Row = dict[str, Any]
Keyed = dict[str, tuple[str, R]]  # row id → its digest and the record


def keyed(records: Iterable[R]) -> Keyed[R]:
    """Hashing costs most of a large commit: it is done here, once a record."""
    rows: Keyed[R] = {}
    for record in records:
        digest = row_digest(record)
        # the digest of a chunk or an example is its id
        rows[record.id if isinstance(record, Post | Document) else digest] = (digest, record)
    return rows


@dataclass(frozen=True, slots=True)
class RowType(Generic[R]):
    """One kind of record. A row holds the record's fields, its id, and the digest that says whether it changed."""

    table: str
    fields: dict[str, str]  # field → a name in `_arrow_types`
    decode: Callable[[Row], R]

    def schema(self) -> Any:
        """As a pyarrow.Schema."""
        import pyarrow as pa

        arrow = _arrow_types()
        names = {"id": "text", "row_digest": "text", **self.fields}
        return pa.schema([pa.field(name, arrow[kind]) for name, kind in names.items()])

    def batches(self, records: Keyed[R]) -> Iterator[Any]:
        """As pyarrow.RecordBatches, made one after the other."""
        ids = [*records]
        for start in range(0, len(ids), BATCH_ROWS):
            some = {row_id: records[row_id] for row_id in ids[start : start + BATCH_ROWS]}
            yield from self.to_arrow(some).to_batches()

    def to_arrow(self, records: Keyed[R]) -> Any:
        """As a pyarrow.Table."""
        import pyarrow as pa

        columns: dict[str, list[Any]] = {
            "id": list(records),
            "row_digest": [digest for digest, _ in records.values()],
            **{name: [_plain(getattr(record, name)) for _, record in records.values()] for name in self.fields},
        }
        return pa.table(columns, schema=self.schema())

    def from_arrow(self, table: Any) -> list[R]:
        """Columns that are not among the record's fields are left out; a field without a column gets its default."""
        columns = [name for name in self.fields if name in table.column_names]
        records: list[R] = []
        for batch in table.select(columns).to_batches(max_chunksize=BATCH_ROWS):
            vectors = {name: _vectors(batch[name]) for name in columns if self.fields[name] == "vector"}
            rows = batch.drop_columns([*vectors]).to_pylist()
            records += (
                self.decode({**row, **{name: column[number] for name, column in vectors.items()}})
                for number, row in enumerate(rows)
            )
        return records


def _vectors(column: Any) -> "list[Vector | None]":
    """Of a pyarrow.ListArray, rows of its own memory: as Python's floats they would take eight times as much."""
    values, ends = column.values.to_numpy(), column.offsets.to_pylist()
    return [values[start:end] if end > start else None for start, end in pairwise(ends)]


def _arrow_types() -> dict[str, Any]:
    import pyarrow as pa

    text, integer = pa.string(), pa.int64()
    return {
        "text": text,
        "integer": integer,
        "texts": pa.list_(text),
        "vector": pa.list_(pa.float32()),
        "bytes": pa.binary(),
        "spans": pa.list_(pa.struct([("start", integer), ("end", integer), ("kind", text)])),
        "passages": pa.list_(pa.struct([("title", text), ("created_at", text), ("text", text)])),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Span | Finding):
        return value._asdict()
    if isinstance(value, Passage):
        return {"title": value.title, "created_at": value.created_at, "text": value.text}
    if isinstance(value, tuple) and value and not isinstance(value[0], str):
        return [_plain(item) for item in value]
    return value


def _post(row: Row) -> Post:
    row["content_type"] = ContentType(row["content_type"])
    row["kind"] = PostKind(row["kind"])
    row["tags"] = tuple(row["tags"])
    row["people"] = tuple(row.get("people") or ())
    row["context"] = row.get("context") or ""
    return Post(**row)


def _document(row: Row) -> Document:
    row["kind"] = PostKind(row["kind"])
    row["marked"] = tuple(Span(**span) for span in row["marked"])
    row["split"] = Split(row["split"]) if row["split"] is not None else None
    row["findings"] = tuple(Finding(**finding) for finding in row.get("findings") or ())
    row["context"] = row.get("context") or ""
    return Document(**row)


def _chunk(row: Row) -> Chunk:
    if "sentence_vectors" in row:
        row["sentence_vectors"] = row["sentence_vectors"] or b""
    row["sentence_rules"] = row.get("sentence_rules") or ""
    row["language"] = row.get("language") or ""
    return Chunk(**row)


def _example(row: Row) -> Example:
    row["kind"] = ExampleKind(row["kind"])
    row["split"] = Split(row["split"])
    row["passages"] = tuple(Passage(**passage) for passage in row["passages"])
    return Example(**row)


def _all_text(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "text")


POSTS = RowType(
    "posts",
    _all_text("author", "source", "source_id", "url", "title", "created_at", "fetched_at", "content", "content_type")
    | _all_text("kind", "visibility", "problem", "context")
    | {"tags": "texts", "people": "texts"},
    _post,
)
DOCUMENTS = RowType(
    "documents",
    _all_text("id", "author", "source", "source_id", "url", "title", "created_at", "kind", "text", "language")
    | _all_text("post_hash", "split", "duplicate_of", "quarantine", "context")
    | {"marked": "spans", "findings": "spans"},
    _document,
)
CHUNKS = RowType(
    "chunks",
    _all_text("document_id", "author", "title", "url", "created_at", "text", "search_text", "encoder")
    | _all_text("language", "sentence_rules")
    | {"start": "integer", "end": "integer", "token_count": "integer"}
    | {"vector": "vector", "sentence_vectors": "bytes"},
    _chunk,
)
EXAMPLES = RowType(
    "examples",
    _all_text("document_id", "author", "kind", "split", "request", "target")
    | {"start": "integer", "end": "integer", "passages": "passages"},
    _example,
)
