"""XML, JSON and CSV of strangers: what could do harm is refused, what is broken says so, what is odd is read."""

from pathlib import Path

import pytest

from feature_pipeline.archives import open_tree
from feature_pipeline.errors import SourceError, UnsafeMarkupError
from feature_pipeline.formats.csv_rows import csv_rows
from feature_pipeline.formats.json_values import at, dict_at, list_at, parse_json, text_at
from feature_pipeline.formats.xml_files import parse_xml

LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><rss>&b;</rss>'
XML_ATTACKS = {
    "billion laughs": LAUGHS,
    "quadratic": f'<!DOCTYPE a [<!ENTITY a "{"x" * 1000}">]><rss>{"&a;" * 1000}</rss>',
    "a file of this machine": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>',
    "an address": '<!DOCTYPE a [<!ENTITY x SYSTEM "http://169.254.169.254/">]><rss>&x;</rss>',
    "a parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://10.0.0.1/x.dtd"> %x;]><rss/>',
}


@pytest.mark.parametrize("attack", XML_ATTACKS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_xml_that_defines_entities_is_refused(attack: str, encoding: str) -> None:
    with pytest.raises(UnsafeMarkupError, match=r"export\.xml defines XML entities"):
        parse_xml(XML_ATTACKS[attack].encode(encoding), what="export.xml")


def test_an_entity_spelled_oddly_is_refused_too() -> None:
    with pytest.raises(UnsafeMarkupError):
        parse_xml(b'<!DOCTYPE a [<!\n entity x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>', what="export.xml")


def test_an_outside_document_type_is_not_fetched() -> None:
    root = parse_xml(b'<!DOCTYPE rss SYSTEM "http://10.0.0.1/rss.dtd"><rss><a>b</a></rss>', what="feed.xml")
    assert root.findtext("a") == "b"


def test_broken_xml_is_read_as_far_as_it_goes() -> None:
    assert parse_xml(b"<rss><a>one</a><a>two & three<b></rss>", what="feed.xml").findtext("a") == "one"
    with pytest.raises(SourceError, match=r"feed\.xml"):
        parse_xml(b"", what="feed.xml")
    with pytest.raises(SourceError, match=r"feed\.xml is broken XML"):
        parse_xml(b"<rss><a></rss>", what="feed.xml", recover=False)


def test_json_that_is_broken_or_too_deep_says_so() -> None:
    assert parse_json("﻿[1]".encode(), what="x.json") == [1]
    assert parse_json('["ä"]'.encode("utf-16"), what="x.json") == ["ä"]
    for data, reason in (
        (b"{", "broken JSON"),
        (b"", "broken JSON"),
        (b"\xff\xfe\x00", "invalid UTF-16"),
        (b"[" * 200_000, "nested too deep"),
    ):
        with pytest.raises(SourceError, match=rf"x\.json.*{reason}"):
            parse_json(data, what="x.json")


def test_looking_into_json_of_any_shape() -> None:
    value = {"a": [{"b": "text"}, 7, None, True, 1.5, "\ud83d"], "n": None}
    assert (text_at(value, "a", 0, "b"), text_at(value, "a", 1), text_at(value, "a", 4)) == ("text", "7", "1.5")
    assert [text_at(value, *path) for path in (("a", 2), ("a", 3), ("n",), ("x", "y"), ("a", 9), ("a", "b"))] == [
        ""
    ] * 6
    assert text_at(value, "a", 5) == "\ufffd"
    assert (len(list_at(value, "a")), list_at(value, "n"), list_at("text"), dict_at(value, "a")) == (6, [], [], {})
    assert (dict_at(value, "a", 0), at(value, "a", -1, 0), at(None, "a")) == ({"b": "text"}, None, None)


def rows(tmp_path: Path, data: bytes, *required: str) -> list[dict[str, str]]:
    (tmp_path / "x.csv").write_bytes(data)
    return list(csv_rows(open_tree(tmp_path / "x.csv"), "x.csv", required=required))


def test_csv_of_all_sorts(tmp_path: Path) -> None:
    long = "x" * 200_000
    text = f'\ufeffDATE , Text,More\r\n2024,"a ""b""\nc",\r\n\r\n2025,{long}\r\n'
    assert rows(tmp_path, text.encode(), "date", "text") == [
        {"date": "2024", "text": 'a "b"\nc', "More": ""},
        {"date": "2025", "text": long, "More": ""},
    ]
    assert rows(tmp_path, "date,text\n1,ä\n".encode("utf-16"), "date")[0]["text"] == "ä"
    assert rows(tmp_path, b"Notes:\n\nread this first\n\ndate,text\n1,a\n", "date", "text") == [
        {"date": "1", "text": "a"}
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "has no column date"),
        (b"when,text\n1,a\n", "has no column date.*It has: when, text"),
        (b"d\xff", "invalid"),
    ],
)
def test_csv_that_cannot_be_read_says_so(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        rows(tmp_path, data, "date")
