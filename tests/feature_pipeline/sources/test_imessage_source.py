import sqlite3
from pathlib import Path

import pytest

from fakes.fetching import opened
from feature_pipeline.errors import EmptySourceError, SourceError
from feature_store.records import Post

DAY = 736_246_800  # seconds from 2001 to 2024-05-01 09:00 UTC
COLUMNS = (
    "ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, attributedBody BLOB, handle_id INTEGER, date INTEGER, "
    "is_from_me INTEGER, item_type INTEGER, associated_message_type INTEGER, thread_originator_guid TEXT"
)


def archived(text: str) -> bytes:
    """An attributed string as Messages archives it."""
    words = text.encode()
    length = bytes([len(words)]) if len(words) < 0x80 else b"\x81" + len(words).to_bytes(2, "little")
    head = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x12NSAttributedString\x00\x84\x84\x08NSObject\x00\x85"
    return head + b"\x84\x84\x84\x08NSString\x01\x94\x84\x01+" + length + words + b"\x86\x84\x02iI\x01\x05"


def database(path: Path, *rows: tuple[object, ...], columns: str = COLUMNS) -> Path:
    """`rows`: (guid, text, archive, handle, minute, own, item, reaction, answered)."""
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE message ({columns})")
        connection.execute("CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT)")
        connection.execute("CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, guid TEXT)")
        connection.execute("CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER)")
        connection.execute("INSERT INTO handle VALUES (1, 'ann@example.org')")
        connection.execute("INSERT INTO chat VALUES (1, 'iMessage;-;ann@example.org')")
        for number, (guid, text, archive, handle, minute, *rest) in enumerate(rows, 1):
            date = (DAY + 60 * int(str(minute))) * 1_000_000_000
            values = (number, guid, text, archive, handle, date, *rest)
            connection.execute("INSERT INTO message VALUES (?,?,?,?,?,?,?,?,?,?)", values)
            connection.execute("INSERT INTO chat_message_join VALUES (1, ?)", (number,))
    connection.close()
    return path


ROWS = [
    ("g1", "Is there fog?", None, 1, 0, 0, 0, 0, None),
    ("g2", None, archived("Yes: all over 😀"), 0, 1, 1, 0, 0, None),
    ("g3", None, archived("The clock " * 30), 0, 2, 1, 0, 0, None),
    ("g4", "\ufffc", None, 0, 3, 1, 0, 0, None),
    ("g5", "Loved “Is there fog?”", None, 0, 4, 1, 0, 2000, None),
    ("g6", "", None, 0, 5, 1, 2, 0, None),
    ("g7", "\ufffcThe pier", None, 0, 300, 1, 0, 0, "g1"),
]


def test_what_is_the_owners_is_said_and_texts_may_be_archived(tmp_path: Path) -> None:
    source = opened(str(database(tmp_path / "chat.db", *ROWS)))
    posts = [post for post in source.read() if isinstance(post, Post)]

    assert [post.content for post in posts] == ["Yes: all over 😀", ("The clock " * 30).strip(), "The pier"]
    assert [post.context for post in posts] == ["Is there fog?"] * 3
    assert posts[0].created_at == "2024-05-01T09:01:00+00:00"
    assert posts[0].people == ("ann@example.org",)
    assert posts[0].source_id == "iMessage;-;ann@example.org/g2"
    assert not source.takes_me
    assert source.ignored == {"media": 1, "notice of Messages": 1, "reaction": 1, "written by others": 1}


def test_nothing_is_written_beside_it(tmp_path: Path) -> None:
    path = database(tmp_path / "chat.db", *ROWS)
    before = path.read_bytes()
    path.chmod(0o400)
    assert opened(str(tmp_path)).name.startswith("imessage:")
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["chat.db"]


def test_older_databases_count_seconds_and_lack_columns(tmp_path: Path) -> None:
    path = tmp_path / "sms.db"
    columns = "ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, handle_id INTEGER, date INTEGER, is_from_me INTEGER"
    database(path, columns=columns)
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO message VALUES (1, 'g1', 'Fog.', 1, ?, 1)", (DAY,))
    connection.close()
    [post] = (post for post in opened(str(path)).read() if isinstance(post, Post))
    assert (post.content, post.created_at) == ("Fog.", "2024-05-01T09:00:00+00:00")
    assert post.source_id == "ann@example.org/g1"


def test_what_is_no_database_of_messages_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EmptySourceError, match="holds no message"):
        opened(str(database(tmp_path / "chat.db")))
    other = tmp_path / "sms.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE message (x)")
    connection.close()
    with pytest.raises(SourceError, match="something else"):
        opened(str(other))
    torn = tmp_path / "chat copy.db"
    torn.write_bytes((tmp_path / "chat.db").read_bytes()[:2000])
    with pytest.raises(SourceError, match="cannot be read"):
        opened(str(torn))
