import pytest

from feature_pipeline.errors import UnreadableItemError
from feature_pipeline.sources.folder.head_lines import split_head_lines


@pytest.mark.parametrize(
    ("text", "values", "body"),
    [
        ("Title: Fog\nDate: 2023-04-02 10:00\nTags: sea, fog\n\nBody: yes.", None, "Body: yes."),
        ("\nDate: 2023-04-02\nTitle: Fog\n\n\nBody.", {"date": "2023-04-02", "title": "Fog"}, "Body."),
        ("Title: Fog\nSummary: A long\n    summary.\n\nBody.", {"title": "Fog", "summary": "A long summary."}, "Body."),
        ("Title: Fog\r\nDate: 2023\r\n\r\nBody.\r\n", {"title": "Fog", "date": "2023"}, "Body.\n"),
        ("title: Fog\ntags:\n- sea\n- fog\n---\nBody.", {"title": "Fog", "tags": ["sea", "fog"]}, "Body."),
        ('"title": "Fog",\n"tags": ["sea"]\n;;;\nBody.', {"title": "Fog", "tags": ["sea"]}, "Body."),
        (";;;\n\"title\": \"Fog\"\n;;;\nBody.", {"title": "Fog"}, "Body."),
        ("<!--\n.. title: Fog\n.. date: 2023\n-->\n\nBody.", {"title": "Fog", "date": "2023"}, "Body."),
    ],
)  # fmt: skip
def test_metadata_of_pelican_hexo_and_nikola(text: str, values: dict[str, object] | None, body: str) -> None:
    expected = values or {"title": "Fog", "date": "2023-04-02 10:00", "tags": "sea, fog"}
    assert split_head_lines(text) == (expected, body)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "Note: this is prose.\n\nMore.",
        "Dear Maud: hello\nTitle: no\n\nBody.",
        "Title: a play\nin three acts.\n\nBody.",
        "https://x.example\n\nBody.",
        "Author: someone\n\nWhat they said.",
        "<!-- a comment\n-->\n\nBody.",
        "<!--\n",
        '"So": he said.\n\nBody.',
    ],
)
def test_what_only_looks_like_metadata_is_text(text: str) -> None:
    assert split_head_lines(text) == ({}, text)


def test_broken_json_names_the_reason() -> None:
    with pytest.raises(UnreadableItemError, match="broken front matter"):
        split_head_lines('"title": "Fog\n;;;\nBody.')
