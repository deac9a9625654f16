"""One author's rows of one kind, as a Delta table: a difference goes in by one atomic commit, and old versions stay."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic

from configs.data_format import require_known
from configs.errors import NewerFormatError
from configs.files import private_folder
from configs.full_disk import disk_full, is_full_disk
from feature_store.backends.delta_rows import Keyed, R, RowType, keyed
from feature_store.errors import StoreCorruptError

# By default Delta drops its log after 30 days, and with it the versions that a manifest may still name.
KEEP_EVERY_VERSION = {
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
}


GROUP_ROWS = 500  # held in memory while they are written; by default a million
FORMAT = "twin.format"  # a property of a table; none is written before there is a second format
NEWER_DELTA = "minimum reader version"  # in what delta-rs says of a table that it is too old for


class RecordTable(Generic[R]):
    def __init__(self, folder: Path, rows: RowType[R]) -> None:
        self.folder = folder
        self.rows = rows

    @property
    def exists(self) -> bool:
        from deltalake import DeltaTable

        return DeltaTable.is_deltatable(str(self.folder))

    @property
    def version(self) -> int:
        """The newest Delta version."""
        with self._naming_corruption():
            return int(self._open(None).version())

    def count(self) -> int:
        """Rows in the newest version, from the log alone."""
        with self._naming_corruption():
            return int(self._open(None).count())

    def digests(self, version: int | None = None) -> dict[str, str]:
        """Row id → row digest, newest or as of a version. Raises StoreCorruptError."""
        table = self._columns(version, ["id", "row_digest"])
        return dict(zip(table["id"].to_pylist(), table["row_digest"].to_pylist(), strict=True))

    def read(self, version: int | None = None, *, without: Collection[str] = (), row_id: str | None = None) -> list[R]:
        """Every record, or the one of `row_id`, newest or as of a version, in no particular order. Raises
        StoreCorruptError."""
        names = [name for name in self.rows.fields if name not in without]
        return self.rows.from_arrow(self._columns(version, names, row_id))

    def replace(self, records: Sequence[R]) -> dict[str, str]:
        """Make the table hold exactly `records`; rows that are there already are not touched. Returns its digests."""
        stored, wanted = self.digests(), keyed(records)
        self._apply(stored, wanted, stored.keys() - wanted.keys())
        return {row_id: digest for row_id, (digest, _) in wanted.items()}

    def write(self, records: Sequence[R], *, deleted_ids: Collection[str]) -> None:
        """Delete and upsert rows in one atomic commit; no commit when nothing would change, but for the table's first.

        Raises DiskFullError, StoreCorruptError.
        """
        stored, upserts = self.digests(), keyed(records)
        self._apply(stored, upserts, (stored.keys() & set(deleted_ids)) - upserts.keys())

    def _apply(self, stored: dict[str, str], records: Keyed[R], gone: Collection[str]) -> None:
        upserts = {row_id: row for row_id, row in records.items() if stored.get(row_id) != row[0]}
        with self._naming_corruption():
            if not self.exists:
                self._create(upserts)
            elif upserts or gone:
                self._merge(upserts, sorted(gone))

    def _create(self, records: Keyed[R]) -> None:
        import pyarrow as pa
        from deltalake import write_deltalake

        rows = pa.RecordBatchReader.from_batches(self.rows.schema(), self.rows.batches(records))
        write_deltalake(
            str(private_folder(self.folder)),
            rows,
            configuration=KEEP_EVERY_VERSION,
            writer_properties=_in_small_groups(),
        )

    def _merge(self, upserts: Keyed[R], gone: Sequence[str]) -> None:
        import pyarrow as pa

        schema = self.rows.schema()
        deletions = pa.Table.from_pylist([{"id": row_id} for row_id in gone], schema=schema)
        source = pa.concat_tables([self.rows.to_arrow(upserts), deletions])
        source = source.append_column("gone", pa.array([False] * len(upserts) + [True] * len(gone), pa.bool_()))
        (
            self._open(None)
            .merge(
                source,
                "target.id = source.id",
                source_alias="source",
                target_alias="target",
                merge_schema=True,
                writer_properties=_in_small_groups(),
            )
            .when_matched_delete("source.gone")
            .when_matched_update_all(except_cols=["gone"])
            .when_not_matched_insert_all(except_cols=["gone"])
            .execute()
        )

    def _columns(self, version: int | None, names: list[str], row_id: str | None = None) -> Any:
        if version is None and not self.exists:
            return self.rows.schema().empty_table().select(names)
        with self._naming_corruption():
            table = self._open(version)
            there = {field.name for field in table.schema().fields}  # a table of an older release may have fewer
            only = None if row_id is None else [("id", "=", row_id)]
            return table.to_pyarrow_table(columns=[name for name in names if name in there], filters=only)

    def _open(self, version: int | None) -> Any:
        from deltalake import DeltaTable

        table = DeltaTable(str(self.folder), version=version)
        if (number := (table.metadata().configuration or {}).get(FORMAT, "")).isdecimal():
            require_known(self.folder, int(number))
        return table

    @contextmanager
    def _naming_corruption(self) -> Iterator[None]:
        from deltalake.exceptions import DeltaError
        from pyarrow import ArrowException

        try:
            yield
        except (DeltaError, ArrowException, OSError) as error:
            if is_full_disk(error):
                raise disk_full(self.folder) from error
            if NEWER_DELTA in str(error):
                raise NewerFormatError(
                    f"the table {self.folder} was written by a newer Delta Lake: {error}. It stays as it is. Use the "
                    "release that wrote it for this data folder, or another folder here: --set data_dir=FOLDER"
                ) from error
            raise StoreCorruptError(
                f"the table {self.folder} cannot be used: {error}. Restore {self.folder.parent} from a copy, or remove "
                "it and run `twin collect` again."
            ) from error


def _in_small_groups() -> Any:
    from deltalake import WriterProperties

    # any property that is set alone turns the compression off
    return WriterProperties(max_row_group_size=GROUP_ROWS, compression="SNAPPY")
