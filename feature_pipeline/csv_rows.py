"""CSV of strangers: rows as dictionaries, whatever the encoding, the line ends and the length of a field."""

import csv
import io
from collections.abc import Iterator

from feature_pipeline.archives import FileTree
from feature_pipeline.errors import SourceError, UnreadableItemError
from feature_pipeline.text_files import decode

MAX_CSV_BYTES = 2_000_000_000
csv.field_size_limit(100_000_000)  # the default of 128 kB is less than a long article


def csv_rows(tree: FileTree, name: str, *, required: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Each row by column name (spaces around names cut); a missing cell is "". Columns compare without case.

    The keys are `required`'s spelling for those, the file's for the others.
    Raises SourceError when a required column is missing or the file is broken.
    """
    try:
        text = decode(tree.read(name, max_bytes=MAX_CSV_BYTES))
    except UnreadableItemError as error:
        raise SourceError(f"{name}: {error}.") from error
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""))
    try:
        header = [cell.strip() for cell in next(reader, [])]
        spelling = {column.casefold(): column for column in required}
        columns = [spelling.get(cell.casefold(), cell) for cell in header]
        if missing := [column for column in required if column not in columns]:
            raise SourceError(f"{name} has no column {', '.join(missing)}. It has: {', '.join(header) or 'nothing'}.")
        for row in reader:
            if any(cell.strip() for cell in row):
                yield {column: row[i] if i < len(row) else "" for i, column in enumerate(columns)}
    except csv.Error as error:
        raise SourceError(f"{name} is broken in line {reader.line_num}: {error}.") from error
