"""Logseq: journals and pages of a graph, in Markdown and Org; and Org files of a folder."""

from pathlib import Path

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.cleaning import clean
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.source_contract import Location
from feature_pipeline.sources import recognise
from feature_store.records import Post

UUID = "6631f0aa-3f0e-4a6c-9a45-2a1d2d9f1c99"


def graph(folder: Path, **files: str) -> Path:
    for name, text in {"logseq/config.edn": "{}", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def read(folder: Path) -> tuple[dict[str, Post], dict[str, int]]:
    source = opened(str(folder), "logseq")
    return {post.source_id: post for post in source.read() if isinstance(post, Post)}, source.ignored


def text_of(folder: Path, text: str, name: str = "pages/Fog.md") -> str:
    return clean(read(graph(folder, **{name: text}))[0][name], min_words=1).text


@pytest.mark.parametrize(
    ("block", "text"),
    [
        (
            "- It came in.\n  id:: x\n  collapsed:: true\n\t- It went.\n\t\t- Late.",
            "It came in.\n\n- It went.\n  - Late.",
        ),
        ("- DOING [#A] Oil it.\n  :LOGBOOK:\n  CLOCK: [2024-05-01 Wed 06:30:12]\n  :END:", "Oil it."),
        ("- LATER Oil it.\n  SCHEDULED: <2024-05-05 Sun>\n  DEADLINE: <2024-05-05 Sun>", "Oil it."),
        (f"- See (({UUID})) and [there]((({UUID}))) and [[Tar Lane]].", "See and there and Tar Lane."),
        (f"- {{{{query (and (todo TODO) [[clocks]])}}}}\n  query-table:: false\n- {{{{embed (({UUID}))}}}}\n- x", "x"),
        ("- It is {{cloze late}} #[[harbour clock]].", "It is late #harbour clock."),
        ("- #+BEGIN_QUOTE\n  Theirs.\n  #+END_QUOTE\n- Mine.", "> Theirs.\n\nMine."),
        ("- Mine:\n  ```python\n  if a:\n      b = 'TODO'\n  ```", "Mine:\n```python\nif a:\n    b = 'TODO'\n```"),
        ("- Letter\n  template:: letter\n\t- Dear …\n- Mine.", "Mine."),
        ("- Their sentence.\n  ls-type:: annotation\n  hl-page:: 3\n\t- My note.", "> Their sentence.\n\n- My note."),
        ("- rating:: 5\n- Mine.", "Mine."),
        ("- why:: it was late, and nobody here cares about that", "it was late, and nobody here cares about that"),
        ("Text above.\n\n- A block.", "Text above.\n\nA block."),
        ("- NOW and then it rang.", "and then it rang."),
        ("- Nowhere.\n-\n- TODO\n", "Nowhere."),
        ("\ufeff- It came in.\r\n- It went.\r\n", "It came in.\n\nIt went."),
    ],
)
def test_what_logseq_keeps_in_blocks_goes(tmp_path: Path, block: str, text: str) -> None:
    assert text_of(tmp_path, block) == text


def test_journals_and_pages(tmp_path: Path) -> None:
    folder = graph(
        tmp_path,
        **{
            "journals/2024_05_01.md": "- It came in.",
            "pages/sea___Tar Lane.md": "title:: Tar Lane\ntags:: place, [[shop]]\ndate:: [[2024-02-03]]\n\n- One.",
            "pages/Rain%3F.md": "- tags:: sea\n- It rained.",
            "pages/Fog.org": "#+title: Of fog\n* TODO It came in.\n:PROPERTIES:\n:id: x\n:END:\n** It went.",
            "pages/hls__paper.md": "- Their sentence.",
            "logseq/bak/pages/Old.md": "- Old.",
            "assets/notes.md": "- Not.",
        },
    )
    for location in (folder, folder / "journals", folder / "pages/Rain%3F.md"):
        assert recognise(Location(str(location), FakeFetcher())) == "logseq"
    posts, ignored = read(folder)
    assert {post.title: (post.created_at[:10], post.tags) for post in posts.values()} == {
        "2024-05-01": ("2024-05-01", ()),
        "Tar Lane": ("2024-02-03", ("place", "shop")),
        "Rain?": ("", ("sea",)),
        "Of fog": ("", ()),
    }
    assert clean(posts["pages/Fog.org"], min_words=1).text == "It came in.\n\n- It went."
    assert ignored == {"highlights of documents": 1, "other files": 3}


def test_a_graph_without_a_page(tmp_path: Path) -> None:
    with pytest.raises(EmptySourceError):
        opened(str(graph(tmp_path)), "logseq")


def test_org_files_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "2024-05-01-fog.org").write_text(
        "#+TITLE: Of fog\n#+FILETAGS: :sea:\n\n* How\nIt /came/ in.\n", encoding="utf-8"
    )
    (post,) = opened(str(tmp_path)).read()
    assert isinstance(post, Post)
    assert (post.title, post.created_at[:10], post.tags) == ("Of fog", "2024-05-01", ("sea",))
    assert clean(post, min_words=1).text == "# How\n\nIt *came* in."


@pytest.mark.shared
def test_a_real_graph(shared: Path) -> None:
    folder = shared / "cases" / "14-logseq" / "own-graph"
    if not folder.is_dir():
        pytest.skip("no graph is there")
    posts, _ = read(folder)
    text = "\n".join(clean(post, min_words=1).text for post in posts.values())
    assert posts["journals/2024_05_01.md"].created_at.startswith("2024-05-01")
    assert not any(mark in text for mark in ("::", "((", "{{", "LOGBOOK", "CLOCK", "DOING", "SCHEDULED", "id:"))
