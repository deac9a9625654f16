import io

import pytest

from feature_pipeline.sources.mbox import files as mail_files
from feature_pipeline.sources.mbox.files import mbox_messages

HEAD = "From maud@example.org Mon Jan 15 10:00:00 2024\nFrom: maud@example.org\nSubject: Fog\n\n"


def test_the_mailbox_is_streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_files, "BLOCK_BYTES", 7)
    monkeypatch.setattr(mail_files, "LONGEST_LINE", 100)
    text = "".join(f"{HEAD}From fog {'x' * n}.\n\n" for n in range(60))
    found = list(mbox_messages(io.BytesIO(text.encode()), max_bytes=10_000))
    assert len(found) == 60
    assert all(message.data.decode().rstrip().endswith("From fog " + "x" * n + ".") for n, message in enumerate(found))


def test_no_more_than_the_limit_is_kept_of_a_message() -> None:
    text = f"{HEAD}{'fog ' * 2_000_000}\n\n{HEAD}Rain.\n"
    first, second = mbox_messages(io.BytesIO(text.encode()), max_bytes=1000)
    assert (len(first.data), first.complete) == (1000, False)
    assert (second.data.split(b"\n\n")[1], second.complete) == (b"Rain.\n", True)
