"""The model card as the hub's own reader reads it, and its code as Python runs it."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard
from markdown_it import MarkdownIt

from fakes.adapters import adapter_manifest
from model_registry.base_models import BaseModelFiles
from model_registry.manifest import AdapterManifest, BaseLineage
from model_registry.model_card import CARD, Form, finish_folder, model_card, public_id
from training_pipeline.evaluation.judges import load_judges

JUDGES = {
    "likelihood": {"base": 1.4, "adapter": 1.2, "change": {"value": -0.143, "low": -0.16, "high": -0.12}},
    "style": {"delta/adapter": {"value": 0.62, "low": 0.5, "high": 0.7}, "delta/gap": float("nan")},
}
TRAINING = {"rank": 16, "label_tokens": 165000, "documents": 45, "preference": {"method": "none"}, "seconds": 412.25}


def manifest(**changes: Any) -> AdapterManifest:
    return adapter_manifest(**{"judges": JUDGES, "training": TRAINING} | changes)


def card(made: AdapterManifest, **options: Any) -> str:
    return model_card(made, figures=made.judges, parity=made.parity, judges=load_judges(), **options)


def test_the_hub_reads_lineage_and_results() -> None:
    data = ModelCard(card(manifest(), version="v3")).data
    assert (data.base_model, data.library_name, data.pipeline_tag) == (
        "HuggingFaceTB/SmolLM2-135M-Instruct",
        "peft",
        "text-generation",
    )
    assert data.model_name == "maud-v3"
    results = {result.metric_type: result.metric_value for result in data.eval_results}
    assert results == {  # what is not a number is left out
        "likelihood/base": 1.4,
        "likelihood/adapter": 1.2,
        "likelihood/change": -0.143,
        "style/delta/adapter": 0.62,
    }


def test_without_figures_there_is_no_model_index() -> None:
    made = card(manifest(judges={}, parity=None))
    assert ModelCard(made).data.eval_results is None
    assert "## How it was judged\n\nNot yet." in made


def test_it_says_what_it_is_made_of_and_that_it_is_a_machine() -> None:
    text = card(manifest())
    assert "**It is a machine, and is not Maud**" in text
    assert "F1: 45 documents, 165,000 tokens of the author's own text." in text
    assert "| Burrows’ Delta: twin | 62% (50% to 70%) |" in text
    assert "| preference.method | none |" in text
    assert "Parity: passed" in text
    for part in ("b" * 64, f"{1:064d}", "e" * 64, "prompt-1", "0.1.0"):
        assert part in text


@pytest.mark.parametrize(
    ("form", "library", "relation"),
    [(Form.PEFT, "peft", "adapter"), (Form.MERGED, "transformers", "finetune"), (Form.GGUF, "gguf", "quantized")],
)
def test_every_form_has_its_own_card(form: Form, library: str, relation: str) -> None:
    text = card(manifest(), form=form, file="maud.gguf")
    data = ModelCard(text).data
    assert (data.library_name, data.base_model_relation) == (library, relation)
    assert ("PeftModel" in text, "maud.gguf" in text) == (form is Form.PEFT, form is Form.GGUF)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a | b\n# c", "---\nbase_model: evil", "`x` *y* [z](w)"])
def test_a_name_is_no_markup(name: str) -> None:
    text = card(manifest(author_name=name))
    assert ModelCard(text).data.base_model == "HuggingFaceTB/SmolLM2-135M-Instruct"
    tokens = MarkdownIt("commonmark").parse(text.split("---\n", 2)[2])
    headings = [tokens[place + 1] for place, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings[0].children
    assert [child.type for child in headings[0].children if child.type not in ("text", "text_special")] == []
    assert "".join(child.content for child in headings[0].children) == f"A twin of {' '.join(name.split())}"
    assert not [token for token in tokens if token.type.startswith("html")]
    assert [heading.content for heading in headings[1:] if "#" in heading.content] == []


def test_its_code_runs(
    tiny_llama: BaseModelFiles, make_adapter: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    folder = tmp_path / "adapter"
    shutil.copytree(make_adapter(), folder)
    finish_folder(folder, manifest(author_name='Maud "Tide" Ferrier'), load_judges())
    (code,) = re.findall(r"```python\n(.*?)```", (folder / CARD).read_text(encoding="utf-8"), flags=re.DOTALL)
    code = code.replace("HuggingFaceTB/SmolLM2-135M-Instruct", str(tiny_llama.folder)).replace("200", "4")
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    exec(compile(code, "card", "exec"), names)
    assert capsys.readouterr().out.endswith("\n")
    assert names["written"].shape[1] > names["prompt"]["input_ids"].shape[1]
    read = names["tokenizer"].decode(names["prompt"]["input_ids"][0])
    assert 'You are the writing twin of Maud "Tide" Ferrier. Write exactly as Maud "Tide" Ferrier writes.' in read
    assert names["model"].peft_config  # the adapter is on it


class TestTheNameOfTheBase:
    def test_known_models_and_hub_ids(self) -> None:
        assert public_id("smollm2-135m-instruct") == "HuggingFaceTB/SmolLM2-135M-Instruct"
        assert public_id("Qwen/Qwen2.5-0.5B-Instruct") == "Qwen/Qwen2.5-0.5B-Instruct"

    def test_of_a_folder_only_its_own_name_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "private" / "my-base").mkdir(parents=True)
        monkeypatch.chdir(tmp_path)
        for given in (str(tmp_path / "private" / "my-base"), "private/my-base", "/gone/my-base"):
            assert public_id(given) == "my-base"
        made = manifest().model_copy(update={"base": BaseLineage(name=str(tmp_path / "x"), fingerprint="b" * 64)})
        assert str(tmp_path) not in card(made)

    def test_an_adapter_folder_is_renamed_and_stays_the_same_adapter(
        self, make_adapter: Callable[..., Path], tmp_path: Path
    ) -> None:
        from peft import PeftConfig

        folder = tmp_path / "adapter"
        shutil.copytree(make_adapter(), folder)
        before = PeftConfig.from_pretrained(str(folder)).to_dict()
        finish_folder(folder, manifest(), load_judges())
        after = PeftConfig.from_pretrained(str(folder)).to_dict()
        assert after.pop("base_model_name_or_path") == "HuggingFaceTB/SmolLM2-135M-Instruct"
        before.pop("base_model_name_or_path")
        assert after == before
