"""The page that a judging is read on: what it says, that it is safe to open, and that marks stand where figures are."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fakes.adapters import PARITY, adapter_version, evaluation
from model_registry.evaluation import Measure
from model_registry.judges import Unit
from model_registry.ports import GeneratedText, ServedAnswer
from training_pipeline.evaluation.answering.asked import Asked, Kind
from training_pipeline.evaluation.answering.exchanges import Exchange, Fault
from training_pipeline.evaluation.charts import chart, line_chart, round_ticks, smoothed
from training_pipeline.evaluation.conditions import Condition, Generations
from training_pipeline.evaluation.judges import load_judges
from training_pipeline.evaluation.judging import Judgement
from training_pipeline.evaluation.report import Report, Sample, render, report_of, verdict, write_report
from training_pipeline.finetuning import curves

HOSTILE = '</div><script>alert(1)</script><img src="https://evil.example/x.png" onerror=alert(2)>{{ 7 * 6 }}'
STYLE = {
    "classifier/adapter": Measure(value=0.7, low=0.6, high=0.8),
    "classifier/base+posts": Measure(value=0.3, low=0.2, high=0.4),
    "delta/adapter": Measure(value=0.5, low=0.4, high=0.6),
}
LIKELIHOOD = {
    "base": Measure(value=1.4),
    "adapter": Measure(value=1.2),
    "change": Measure(value=-0.143, low=-0.16, high=-0.12),
    "others/change": Measure(value=0.013),
}
CURVE = [(step, "train_loss", 3 - step / 10) for step in range(1, 11)] + [(5, "validation_loss", 2.75)]

ASKED = Exchange(
    Asked(Kind.FACT, "How many steps?", "clock", facts=(("43",),), expected="There are forty-three."),
    ServedAnswer("So, so.", "stop", "write", ()),
    frozenset({Fault.WRONG, Fault.LOOPS}),
)


@pytest.fixture
def report() -> Report:
    return Report(
        author_name="Maud Ferrier",
        version="v3",
        lineage={"features": "F3"},
        curves=CURVE,
        judges={"style": STYLE, "likelihood": LIKELIHOOD, "odd": {"thing": Measure(value=3)}},
        parity=PARITY,
        refusals=[],
        samples=[Sample("On fog", {"real": "It came in.", "base": "Certainly!", "adapter": "In it came."})],
    )


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)


class TestSafety:
    def test_nothing_of_what_is_shown_is_markup(self, report: Report) -> None:
        hostile = replace(
            report, author_name=HOSTILE, version=HOSTILE, lineage={HOSTILE: HOSTILE}, refusals=[HOSTILE],
            judges={HOSTILE: {HOSTILE: Measure(value=1)}}, parity=PARITY.model_copy(update={"engine": HOSTILE}),
            curves=[(1, f"{HOSTILE}_loss", 1.0)], samples=[Sample(HOSTILE, {"real": HOSTILE, "base": HOSTILE})],
        )  # fmt: skip
        page = Page(render(hostile))
        assert page.open == []  # every element is closed, by its own tag
        assert not {"script", "img", "iframe", "link", "object", "a", "form"} & {tag for tag, _ in page.tags}
        assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
        assert "".join(page.text).count(HOSTILE) >= 8
        assert "{{ 7 * 6 }}" in "".join(page.text)

    def test_nothing_is_fetched_and_the_policy_allows_only_its_own_style(self, report: Report) -> None:
        text = render(report)
        assert not re.search(r"\b(?:src|href|url|@import)\b\s*[=(]", text)
        policy = next(a["content"] for t, a in Page(text).tags if a.get("http-equiv") == "Content-Security-Policy")
        assert policy
        (style,) = re.findall(r"<style>(.*?)</style>", text, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert policy.split("; ") == [
            "default-src 'none'", f"style-src 'sha256-{digest}'", "base-uri 'none'", "form-action 'none'"
        ]  # fmt: skip
        assert not [1 for _, attributes in Page(text).tags if "style" in attributes]  # the policy would drop them


class TestWhatItSays:
    def test_verdict(self, report: Report) -> None:
        assert verdict(report) == [
            "It closes 60% of the gap between the base model and Maud Ferrier’s own writing: the mean of 2 judges "
            "(classifier 70%, Burrows’ Delta 50%). The base model shown five posts closes 30%.",
            "Held-out text by Maud Ferrier costs it 14.3% fewer bits per byte than the base model (95% interval −16.0% "
            "to −12.0%); text by other people, 1.3% more.",
        ]

    def test_a_verdict_without_gain_claims_none(self, report: Report) -> None:
        worse = replace(report, judges={"style": {"delta/adapter": Measure(value=-0.2)}, "likelihood": {}})
        (said,) = verdict(worse)
        assert said.startswith("It closes nothing of the gap")
        assert verdict(replace(report, judges={})) == []
        assert "It was not judged." in render(replace(report, judges={}))

    def test_refusals_are_told(self, report: Report) -> None:
        assert "May be promoted" in render(report)
        refused = render(replace(report, refusals=["parity: never checked"]))
        assert "May not be promoted" in refused
        assert "<li>parity: never checked</li>" in refused
        assert "May be promoted" not in refused

    def test_every_figure_stands_in_a_table(self, report: Report) -> None:
        text = "".join(Page(render(report)).text)
        for figure in ("60% to 80%", "−16.0% to −12.0%", "1.400", "thing", "twin", "base model shown five posts"):
            assert figure in text
        assert text.count("This was not judged.") == len(load_judges()) - 2  # all but style and likelihood

    def test_what_is_not_there_is_said(self, report: Report) -> None:
        text = render(replace(report, curves=[], parity=None, samples=[]))
        assert "No curve was kept." in text
        assert "This was not checked." in text
        assert "Side by side" not in text

    def test_texts_stand_as_they_were_written(self, report: Report) -> None:
        poem = "  Fog,\n\tand فوج fog."
        page = render(replace(report, samples=[Sample("r", {"real": poem})]))
        assert f'<div class="words" dir="auto">{poem}</div>' in page
        assert ".words { white-space: pre-wrap" in page

    def test_each_picture_has_a_title(self, report: Report) -> None:
        page = render(report)
        pictures = re.findall(r'<svg[^>]*role="img"[^>]*>\s*<title', page)
        assert len(pictures) == page.count('role="img"') > 5
        assert "twin: 70%, 95% interval 60% to 80%" in page


def test_it_is_made_of_a_version_and_what_was_written(tmp_path: Path) -> None:
    judged = evaluation()
    version = replace(adapter_version(3, judged, training={"rank": 8, "seconds": 61.5}), folder=tmp_path)
    curves.write(tmp_path, CURVE)
    texts = [GeneratedText(f"text {n}", 2, True) for n in range(25)]
    writings = Generations(
        documents=[str(n) for n in range(25)],
        requests=[f"request {n}" for n in range(25)],
        references=[f"real {n}" for n in range(25)],
        by_condition={Condition.ADAPTER: texts},
    )
    judgement = Judgement(judges={}, parity=PARITY, generations=writings, exchanges=[ASKED])
    made = report_of(version, judgement, ["no"])
    assert (made.version, made.judges, made.refusals) == ("v3", judged.judges, ["no"])
    assert [tuple(point) for point in made.curves] == CURVE
    assert (made.lineage["rank"], made.lineage["judged"]) == ("8", judged.judged_at)
    assert made.lineage["base model"] == "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert [sample.request for sample in made.samples] == [f"request {n}" for n in (0, 2, 5, 7, 10, 12, 15, 17, 20, 22)]
    assert made.samples[1].texts == {"real": "real 2", "adapter": "text 2"}
    few = replace(writings, requests=["a"], references=["b"], documents=["c"], by_condition={Condition.BASE: texts[:1]})
    assert len(report_of(version, replace(judgement, generations=few), []).samples) == 1
    (conversation,) = made.conversations
    assert (conversation.asked, conversation.expected) == ("How many steps?", "There are forty-three.")
    assert conversation.faults == "repeats itself; the fact is not in it"
    page = render(made)
    for part in ("How many steps?", "So, so.", "There are forty-three.", "Twin: repeats itself; the fact is not in it"):
        assert part in page
    assert page.index("So, so.") < page.index("Side by side")


def test_a_failed_writing_leaves_the_report_there_was(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "reports" / "v3.html"
    write_report(report, path)
    before = path.read_bytes()
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("killed")))
    with pytest.raises(OSError, match="killed"):
        write_report(replace(report, version="v4"), path)
    assert path.read_bytes() == before


class TestPlots:
    def test_marks_stand_where_the_axis_says(self) -> None:
        figures = [("a", "base", Measure(value=0.5, low=0.25, high=0.75)), ("b", "base", Measure(value=-0.5))]
        made = chart("t", figures, Unit.SHARE, at_least=(-1.0, 1.0))
        assert made
        first, second = made.rows
        assert (first.at, first.low, first.high, second.at, second.low) == (75.0, 62.5, 87.5, 25.0, None)
        assert made.zero == 50.0
        assert [(tick.at, tick.label) for tick in made.ticks] == [
            (0.0, "−100%"), (25.0, "−50%"), (50.0, "0%"), (75.0, "50%"), (100.0, "100%")
        ]  # fmt: skip

    def test_what_is_far_beyond_is_cut_at_the_edge_but_told(self) -> None:
        figures = [("a", "base", Measure(value=-40.0, low=-80.0, high=0.5))]
        made = chart("t", figures, Unit.SHARE, at_least=(0.0, 1.0), at_most=(-0.5, 1.5), named=((0.0, "floor"),))
        assert made
        (row,) = made.rows
        assert (row.at, row.low, row.value) == (0.0, 0.0, "−4000%")
        assert row.high == pytest.approx(100 * 1.0 / 1.5)
        assert made.ticks[0].at == pytest.approx(100 / 3)

    def test_dots_need_no_zero_and_nothing_is_drawn_of_nothing(self) -> None:
        made = chart(
            "t", [("a", "base", Measure(value=1.21)), ("b", "base", Measure(value=1.39))], Unit.BITS, bars=False
        )
        assert made
        assert made.zero is None
        assert (made.ticks[0].label, made.ticks[-1].label) == ("1.2", "1.4")
        assert chart("t", [("a", "base", Measure(value=float("nan")))], Unit.BITS) is None

    @pytest.mark.parametrize(
        ("low", "high", "ticks"),
        [
            (0, 1, [0, 0.5, 1]),
            (0, 9, [0, 5, 10]),
            (1.158, 1.452, [1.1, 1.2, 1.3, 1.4, 1.5]),
            (-0.16, 0, [-0.2, -0.15, -0.1, -0.05, 0]),
            (3, 3, [1, 2, 3, 4, 5]),
            (0, 0, [-0.5, 0, 0.5]),
        ],
    )
    def test_ticks_are_round_and_hold_the_range(self, low: float, high: float, ticks: list[float]) -> None:
        assert round_ticks(low, high) == ticks

    def test_curves_run_from_left_to_right_and_lower_loss_is_lower(self) -> None:
        made = line_chart("t", "d", {"train_loss": [(5, 2.0), (10, 1.0)], "validation_loss": [(10, float("nan"))]})
        assert made
        assert [line.colour for line in made.lines] == ["train-raw", "train"]
        (left, top), (right, bottom) = made.lines[0].points
        assert (left, right) == (50.0, 100.0)
        assert top < bottom
        assert line_chart("t", "d", {"validation_loss": [(10, float("nan"))]}) is None

    def test_smoothing_keeps_steps_and_the_level(self) -> None:
        rough = [(step, 1.0 + (-1) ** step) for step in range(100)]
        even = smoothed(rough)
        assert [step for step, _ in even] == list(range(100))
        assert all(abs(value - 1.0) < 0.5 for _, value in even[2:-2])
        assert smoothed(rough[:10]) == rough[:10]
