"""Org → Markdown: what the author wrote, and nothing that Org keeps for itself."""

import pytest

from feature_pipeline.formats.org import org_markdown


@pytest.mark.parametrize(
    ("org", "markdown"),
    [
        ("* Fog\nIt came in.", "# Fog\n\nIt came in."),
        ("** TODO [#A] Oil the clock [1/3] :clock:work:", "## Oil the clock"),
        ("* DONE\n* Done with it", "# Done with it"),
        ("* Fog\n:PROPERTIES:\n:ID: 6631\n:END:\nIt came.", "# Fog\n\nIt came."),
        ("* Fog\n:LOGBOOK:\nCLOCK: [2024-05-01 Wed 06:30]--[2024-05-01 Wed 07:02] =>  0:32\n:END:\nx", "# Fog\n\nx"),
        ("SCHEDULED: <2024-05-05 Sun>\nCLOSED: [2024-05-05 Sun 10:00]\n[2024-05-01 Wed]\nx", "x"),
        ("#+BEGIN_QUOTE\nTheirs.\n\nAll.\n#+END_QUOTE\nMine.", "> Theirs.\n> \n> All.\n\nMine."),
        ("#+begin_src python :results output\na = [[1]]\n#+end_src", "```python\na = [[1]]\n```"),
        ("#+RESULTS:\n: 1\n: 2\nx", "```\n1\n2\n```\n\nx"),
        ("#+begin_comment\nsecret\n#+end_comment\n#+begin_export html\n<b>\n#+end_export\n# a comment\nx", "x"),
        ("#+begin_center\nMine.\n#+end_center", "Mine."),
        ("#+BEGIN_QUOTE\nnever closed", "never closed"),
        ("#hashtag stays", "#hashtag stays"),
        ("See [[https://x.example][the *clock*]] and [[https://y.example]].", "See the *clock* and https://y.example."),
        ("[[file:pier.png]] and [[./pier.jpg][the pier]] in [[*Fog]]", " and the pier in Fog"),
        ("A *bold*, /slanted/ and _under_ word.", "A **bold**, *slanted* and under word."),
        ("+gone+, =code= and ~verb~.", "~~gone~~, `code` and `verb`."),
        ("2 * 3 * 4, a/b/c and x_y_z", "2 * 3 * 4, a/b/c and x_y_z"),
        ("Late[fn:1], and later[fn:: so it is].\n\n[fn:1] By ten minutes.", "Late, and later.\n\n By ten minutes."),
        ("* Draft :noexport:\nsecret\n** inside\nsecret\n* Fog\nx", "# Fog\n\nx"),
        ("* COMMENT Draft\nsecret\n* Fog", "# Fog"),
        ("| a | b |\n|---+---|\n| 1 | 2 |", "| a | b |\n| 1 | 2 |"),
        ("\ufeff* Fog\r\nx\r\n", "# Fog\n\nx"),
        ("", ""),
    ],
)  # fmt: skip
def test_text(org: str, markdown: str) -> None:
    assert org_markdown(org)[1].strip("\n") == markdown


def test_keywords() -> None:
    text = "#+TITLE: Of fog\n#+DATE: <2024-05-01 Wed>\n#+author: Maud\n#+FILETAGS: :sea:fog:\n#+HUGO_DRAFT: t\nx"
    values, body = org_markdown(text)
    assert values == {
        "title": "Of fog",
        "date": "2024-05-01 Wed",
        "author": "Maud",
        "tags": ["sea", "fog"],
        "draft": "t",
    }
    assert body == "x"


def test_blocks_of_an_outline() -> None:
    assert (
        org_markdown("* TODO Oil\n** the clock\nand the pier", as_outline=True)[1]
        == "- Oil\n\t- the clock\nand the pier"
    )
