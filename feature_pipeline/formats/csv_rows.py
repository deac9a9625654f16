"""Untrusted CSV: rows as dictionaries, whatever the encoding, the line ends and the length of a field."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from feature_pipeline.archives import FileTree
from feature_pipeline.errors import SourceError, UnreadableItemError
from feature_pipeline.formats.text_files import decode

MAX_CSV_BYTES = 2_000_000_000
csv.field_size_limit(100_000_000)  # the default of 128 kB is less than a long article
LONGEST_PREAMBLE = 20  # rows of notes that may stand before the header
BACKSLASHED_QUOTE = re.compile(r'(?<!\\)\\"')


def csv_rows(
    tree: FileTree, name: str, *, required: tuple[str, ...], backslashes: bool = False
) -> Iterator[dict[str, str]]:
    """Each row by column name (spaces around names cut); a missing cell is "". Columns compare without case.

    The keys are `required`'s spelling for those, the file's for the others. The header is the first row that has the
    required columns: notes may stand before it. `backslashes`: quotation marks inside cells are written \\" in place
    of "".
    Raises SourceError when a required column is missing or the file is broken.
    """
    try:
        text = decode(tree.read(name, max_bytes=MAX_CSV_BYTES))
    except UnreadableItemError as error:
        raise SourceError(f"{name}: {error}.") from error
    text = text.replace("\0", "")
    reader = csv.reader(io.StringIO(BACKSLASHED_QUOTE.sub('""', text) if backslashes else text, newline=""))
    try:
        columns = _header(reader, required, name)
        for row in reader:
            if any(cell.strip() for cell in row):
                yield {column: row[i] if i < len(row) else "" for i, column in enumerate(columns)}
    except csv.Error as error:
        raise SourceError(f"{name} is broken in line {reader.line_num}: {error}.") from error


def _header(rows: Iterator[list[str]], required: tuple[str, ...], name: str) -> list[str]:
    """The columns' names; `rows` stands behind them then. Raises SourceError."""
    spelling = {column.casefold(): column for column in required}
    first: list[str] = []
    for row in islice(rows, LONGEST_PREAMBLE):
        columns = [spelling.get(cell.strip().casefold(), cell.strip()) for cell in row]
        if set(required) <= set(columns):
            return columns
        first = first or columns
    missing = [column for column in required if column not in first]
    raise SourceError(f"{name} has no column {', '.join(missing)}. It has: {', '.join(first) or 'nothing'}.")
