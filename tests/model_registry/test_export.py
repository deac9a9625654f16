"""What was exported, loaded by the libraries that it is for."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fakes.adapters import adapter_manifest
from model_registry.base_models import BaseModelFiles
from model_registry.errors import CorruptModelError, ExportTargetError, IncompatibleModelError, TaintedModelError
from model_registry.export import export as write_export
from model_registry.export_folder import EXPORT_FILE
from model_registry.manifest import BaseLineage, digest_folder, write_manifest
from model_registry.model_card import Form
from model_registry.packaging import served_gguf
from model_registry.ports import AdapterVersion
from training_pipeline.evaluation.judges import load_judges

IDS = [1, 504, 338, 9, 2, 1024, 77]
export = partial(write_export, judges=load_judges())
Logits = Any  # torch.Tensor (ids, vocabulary)


def make_version(folder: Path, adapter: Path, base: BaseModelFiles) -> AdapterVersion:
    shutil.copytree(adapter, folder)
    lineage = BaseLineage(name=base.name, fingerprint=base.fingerprint)
    manifest = adapter_manifest(files=digest_folder(folder), judges={}).model_copy(update={"base": lineage})
    write_manifest(folder, manifest)
    return AdapterVersion("maud", 3, folder, manifest, ("champion",))


@pytest.fixture
def version(tmp_path: Path, tiny_llama: BaseModelFiles, make_adapter: Callable[..., Path]) -> AdapterVersion:
    return make_version(tmp_path / "v3", make_adapter(), tiny_llama)


def logits(model: Any) -> Logits:
    import torch

    with torch.inference_mode():
        return model.eval()(input_ids=torch.tensor([IDS])).logits[0]


def adapted(base: BaseModelFiles, adapter: Path) -> Any:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(base.folder, dtype=torch.float32)
    return PeftModel.from_pretrained(model, str(adapter))


def test_a_peft_folder_gives_the_same_logits(
    version: AdapterVersion, tiny_llama: BaseModelFiles, tmp_path: Path
) -> None:
    import torch
    from transformers import AutoTokenizer

    out = tmp_path / "out"
    assert export(version, tiny_llama, out, [Form.PEFT]) == {Form.PEFT: out}
    torch.testing.assert_close(
        logits(adapted(tiny_llama, out)), logits(adapted(tiny_llama, version.folder)), rtol=0, atol=0
    )
    model = adapted(tiny_llama, out)
    assert (logits(model) - logits(model.unload())).abs().max() > 0.01
    tokenizer = AutoTokenizer.from_pretrained(out)
    assert "<|im_start|>user" in tokenizer.apply_chat_template([{"role": "user", "content": "Hello"}], tokenize=False)


@pytest.mark.parametrize("lora", [{}, {"use_dora": True}], ids=["plain", "dora"])
def test_a_merged_folder_is_loaded_as_it_is(
    lora: dict[str, Any], tiny_llama: BaseModelFiles, make_adapter: Callable[..., Path], tmp_path: Path
) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

    version = make_version(tmp_path / "v3", make_adapter(**lora), tiny_llama)
    out = export(version, tiny_llama, tmp_path / "out", [Form.MERGED])[Form.MERGED]
    model = AutoModelForCausalLM.from_pretrained(out)
    assert not hasattr(model, "peft_config")
    torch.testing.assert_close(logits(model), logits(adapted(tiny_llama, version.folder)), rtol=0, atol=1e-4)
    base = AutoModelForCausalLM.from_pretrained(tiny_llama.folder)
    assert (logits(model) - logits(base)).abs().max() > 0.01
    assert AutoTokenizer.from_pretrained(out).chat_template
    config, theirs = (json.loads((folder / "config.json").read_text()) for folder in (out, tiny_llama.folder))
    assert config["rope_theta"] == config["rope_parameters"]["rope_theta"] == theirs["rope_parameters"]["rope_theta"]
    assert GenerationConfig.from_pretrained(out).eos_token_id == 2
    assert not list(out.glob("adapter_*"))


def test_no_path_of_this_machine_leaves_it(version: AdapterVersion, tiny_llama: BaseModelFiles, tmp_path: Path) -> None:
    assert str(tiny_llama.folder) in (version.folder / "adapter_config.json").read_text()  # as PEFT writes it
    out = tmp_path / "out"
    export(version, tiny_llama, out, [Form.PEFT, Form.MERGED])
    config = json.loads((out / "peft" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "HuggingFaceTB/SmolLM2-135M-Instruct"
    texts = [path for path in out.rglob("*") if path.suffix in (".json", ".md", ".jinja")]
    assert len(texts) > 8
    for text in texts:
        assert str(tmp_path.parent.parent) not in text.read_text(encoding="utf-8"), text


def test_an_export_says_what_it_is(version: AdapterVersion, tiny_llama: BaseModelFiles, tmp_path: Path) -> None:
    out = tmp_path / "out"
    folders = export(version, tiny_llama, out, [Form.MERGED, Form.PEFT])
    assert folders == {Form.PEFT: out / "peft", Form.MERGED: out / "merged"}
    said = json.loads((out / EXPORT_FILE).read_text())
    assert (said["author"], said["version"], said["forms"]) == ("maud", "v3", ["peft", "merged"])
    assert said["files"] == {name: d.sha256 for name, d in digest_folder(out).items() if name != EXPORT_FILE}
    assert "# A twin of Maud, v3" in (out / "merged" / "README.md").read_text()


class TestRefusals:
    def test_a_flipped_byte(self, version: AdapterVersion, tiny_llama: BaseModelFiles, tmp_path: Path) -> None:
        weights = version.folder / "adapter_model.safetensors"
        content = bytearray(weights.read_bytes())
        content[-1] ^= 1
        weights.write_bytes(content)
        with pytest.raises(CorruptModelError, match="was changed"):
            export(version, tiny_llama, tmp_path / "out", [Form.PEFT])
        assert not list(tmp_path.glob("*out*"))

    def test_a_tainted_version(self, version: AdapterVersion, tiny_llama: BaseModelFiles, tmp_path: Path) -> None:
        tainted = replace(version, tainted="a post was erased")
        with pytest.raises(TaintedModelError, match="a post was erased"):
            export(tainted, tiny_llama, tmp_path / "out", [Form.PEFT])

    def test_another_base(self, version: AdapterVersion, tiny_llama: BaseModelFiles, tmp_path: Path) -> None:
        other = replace(tiny_llama, fingerprint="0" * 64)
        with pytest.raises(IncompatibleModelError, match=r"--set base_model.name=smollm2"):
            export(version, other, tmp_path / "out", [Form.PEFT])

    def test_a_base_that_cannot_be_packed(
        self, version: AdapterVersion, tiny_llama: BaseModelFiles, tmp_path: Path
    ) -> None:
        other = replace(tiny_llama, folder=tmp_path / "gemma")
        shutil.copytree(tiny_llama.folder, other.folder)
        config = json.loads((other.folder / "config.json").read_text())
        (other.folder / "config.json").write_text(json.dumps(config | {"model_type": "gemma3_text"}))
        with pytest.raises(IncompatibleModelError, match="'gemma3_text'"):
            export(version, other, tmp_path / "out", [Form.PEFT, Form.GGUF])
        assert not list(tmp_path.glob("*out*"))

    def test_a_place_that_cannot_be_written(self, version: AdapterVersion, tiny_llama: BaseModelFiles) -> None:
        with pytest.raises(ExportTargetError, match=r"/proc/nosuch.*--to"):
            export(version, tiny_llama, Path("/proc/nosuch/out"), [Form.PEFT])


class TestTheTarget:
    def write(self, version: AdapterVersion, base: BaseModelFiles, to: Path) -> None:
        export(version, base, to, [Form.PEFT])

    def test_what_lies_there_is_left_alone(
        self, version: AdapterVersion, tiny_llama: BaseModelFiles, tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        out.mkdir()
        (out / "thesis.txt").write_text("years of work")
        with pytest.raises(ExportTargetError, match="no earlier export"):
            self.write(version, tiny_llama, out)
        assert [path.name for path in out.iterdir()] == ["thesis.txt"]

    def test_an_empty_folder_and_an_earlier_export_are_replaced(
        self, version: AdapterVersion, tiny_llama: BaseModelFiles, tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        out.mkdir()
        self.write(version, tiny_llama, out)
        self.write(replace(version, number=4), tiny_llama, out)
        assert json.loads((out / EXPORT_FILE).read_text())["version"] == "v4"
        assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == ["out"]

    @pytest.mark.parametrize("name", ["notes.txt", "README.md"])
    def test_an_earlier_export_that_somebody_changed_stays(
        self, name: str, version: AdapterVersion, tiny_llama: BaseModelFiles, tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        self.write(version, tiny_llama, out)
        (out / name).write_text("mine")
        with pytest.raises(ExportTargetError, match=name):
            self.write(version, tiny_llama, out)
        assert (out / name).read_text() == "mine"

    def test_a_failure_leaves_the_earlier_export(
        self, version: AdapterVersion, tiny_llama: BaseModelFiles, tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        self.write(version, tiny_llama, out)
        before = digest_folder(out)
        broken = replace(tiny_llama, folder=tmp_path / "nosuch")
        with pytest.raises(OSError, match="nosuch"):
            export(version, broken, out, [Form.MERGED])
        assert digest_folder(out) == before
        assert not list(tmp_path.glob(".out*"))


def test_settings_of_an_adapter_that_are_null_are_left_out(
    version: AdapterVersion, tiny_llama: BaseModelFiles, tmp_path: Path
) -> None:
    from peft import PeftConfig

    out = export(version, tiny_llama, tmp_path / "out", [Form.PEFT])[Form.PEFT]
    assert None in json.loads((version.folder / "adapter_config.json").read_text()).values()
    assert None not in json.loads((out / "adapter_config.json").read_text()).values()
    read, whole = (PeftConfig.from_pretrained(str(folder)).to_dict() for folder in (out, version.folder))
    assert {key for key in whole if read[key] != whole[key]} == {"base_model_name_or_path"}


@pytest.mark.slow
def test_a_gguf_opens_with_the_persona_where_no_system_turn_is_given(
    version: AdapterVersion, tiny_llama: BaseModelFiles, tmp_path: Path
) -> None:
    """In other programs: what is served here is rendered by the project itself."""
    from gguf import GGUFReader
    from transformers import AutoTokenizer

    out = export(version, tiny_llama, tmp_path / "out", [Form.GGUF])[Form.GGUF]
    name = "SmolLM2-135M-Instruct-maud-v3-F16.gguf"
    assert sorted(path.name for path in out.iterdir()) == ["README.md", name, EXPORT_FILE]
    assert name in (out / "README.md").read_text()
    template = GGUFReader(out / name).fields["tokenizer.chat_template"].contents()
    tokenizer = AutoTokenizer.from_pretrained(tiny_llama.folder)
    asked = [{"role": "user", "content": "Who are you?"}]
    persona = [{"role": "system", "content": "You are the writing twin of Maud. Write exactly as Maud writes."}]
    own = [{"role": "system", "content": "Be brief."}]

    def rendered(messages: list[dict[str, str]], template: str) -> str:
        text: str = tokenizer.apply_chat_template(
            messages, chat_template=template, tokenize=False, add_generation_prompt=True
        )
        return text

    assert rendered(asked, template) == rendered(persona + asked, tiny_llama.chat_template)
    assert rendered(own + asked, template) == rendered(own + asked, tiny_llama.chat_template)
    assert "SmolLM" in rendered(asked, tiny_llama.chat_template)
    served = served_gguf(tiny_llama, version.folder, tmp_path)
    assert GGUFReader(served).fields["tokenizer.chat_template"].contents() == tiny_llama.chat_template
