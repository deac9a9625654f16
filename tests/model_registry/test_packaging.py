"""The merged GGUF against PEFT's own merge, read back by transformers' GGUF reader: neither is ours."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model_registry.base_models import BaseModelFiles
from model_registry.errors import IncompatibleModelError
from model_registry.manifest import digest_file
from model_registry.model_card import name_base
from model_registry.packaging import (
    ADAPTER_CONFIG,
    ADAPTER_WEIGHTS,
    merged_tensors,
    served_gguf,
    served_path,
    to_gguf_rotary,
)


@pytest.fixture(scope="module")
def adapter(base_model: BaseModelFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained LoRA whose B is not zero, so that it changes every linear layer."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    base = AutoModelForCausalLM.from_pretrained(base_model.folder, dtype=torch.float32)
    model = get_peft_model(
        base, LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM")
    )
    folder = tmp_path_factory.mktemp("adapter")
    model.save_pretrained(str(folder))
    return folder


@pytest.mark.slow
def test_the_merged_file_holds_what_peft_would_merge(base_model: BaseModelFiles, adapter: Path, tmp_path: Path) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, GgufConfig

    packed = served_gguf(base_model, adapter, tmp_path)
    read = AutoModelForCausalLM.from_pretrained(
        packed.parent,
        gguf_file=packed.name,
        dtype=torch.float32,
        quantization_config=GgufConfig(dequantize=True),
    ).state_dict()
    base = AutoModelForCausalLM.from_pretrained(base_model.folder, dtype=torch.float32)
    plain = {name: tensor.clone() for name, tensor in base.state_dict().items()}
    merged = PeftModel.from_pretrained(base, str(adapter)).merge_and_unload().state_dict()
    assert set(read) == set(merged)
    changed = 0
    for name, tensor in merged.items():
        torch.testing.assert_close(read[name], tensor, rtol=1e-3, atol=1e-3)
        changed += not torch.allclose(tensor, plain[name], atol=1e-2)
    assert changed > 100  # the adapter is not lost in the tolerance


@pytest.mark.slow
def test_it_is_made_once_and_named_by_what_it_was_made_from(
    base_model: BaseModelFiles, adapter: Path, tmp_path: Path
) -> None:
    first = served_gguf(base_model, adapter, tmp_path)
    made = first.stat().st_mtime_ns
    assert served_gguf(base_model, adapter, tmp_path) == first
    assert first.stat().st_mtime_ns == made
    copy = tmp_path / "copy"
    shutil.copytree(adapter, copy)
    weights = copy / "adapter_model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert served_gguf(base_model, copy, tmp_path) != first
    assert not list(tmp_path.rglob("*.part"))


def test_the_name_follows_what_decides_the_weights(tmp_path: Path) -> None:
    """Only then: judging comes before the adapter's folder is finished, and serving after it."""
    config = {"peft_type": "LORA", "lora_alpha": 8, "use_dora": False, "base_model_name_or_path": "/home/maud/base"}

    def name(fingerprint: str = "f", weights: bytes = b"weights", **more: Any) -> str:
        (tmp_path / ADAPTER_CONFIG).write_text(json.dumps(config | more))
        (tmp_path / ADAPTER_WEIGHTS).write_bytes(weights)
        return served_path(fingerprint, tmp_path, tmp_path).name

    before = name()
    (tmp_path / ADAPTER_CONFIG).write_text(json.dumps(config, indent=4, sort_keys=True))
    name_base(tmp_path, "maud/base")
    assert served_path("f", tmp_path, tmp_path).name == before
    assert name(use_dora=None, inference_mode=True) == before
    changed = [name("g"), name(weights=b"others"), name(lora_alpha=4), name(use_rslora=True), name(use_dora=True),
               name(alpha_pattern={"q_proj": 2}), served_path("f", None, tmp_path).name]  # fmt: skip
    assert len({before, *changed}) == 8


def test_the_rotary_order_is_pairs_within_a_head() -> None:
    rows = np.arange(8, dtype=np.float32)[:, None]
    assert to_gguf_rotary(rows, 2)[:, 0].tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


@pytest.mark.parametrize(
    "lora",
    [
        {},
        {"use_rslora": True},
        {"use_dora": True},
        {"use_dora": True, "use_rslora": True},
        {"rank_pattern": {"q_proj": 2}, "alpha_pattern": {"layers.1.*down_proj": 3, r".*\.mlp\..*": 5}},
    ],
    ids=["plain", "rslora", "dora", "dora-rslora", "patterns"],
)
def test_every_kind_of_lora_is_merged_as_peft_merges_it(
    lora: dict[str, Any], tiny_llama: BaseModelFiles, make_adapter: Callable[..., Path]
) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    adapter = make_adapter(**lora)
    base = AutoModelForCausalLM.from_pretrained(tiny_llama.folder, dtype=torch.float32)
    plain = {name: tensor.clone() for name, tensor in base.state_dict().items()}
    merged = PeftModel.from_pretrained(base, str(adapter)).merge_and_unload().state_dict()
    ours = dict(merged_tensors(tiny_llama.folder, adapter))
    assert set(ours) == set(merged) - {"lm_head.weight"}  # tied to the embedding
    for name, tensor in ours.items():
        torch.testing.assert_close(torch.from_numpy(tensor), merged[name], rtol=1e-5, atol=1e-6)
    assert sum(not torch.allclose(torch.from_numpy(ours[name]), plain[name], atol=1e-3) for name in ours) == 14


@pytest.mark.parametrize(
    ("lora", "why"),
    [({"modules_to_save": ["norm"]}, "norm"), ({"lora_bias": True}, "lora_B.bias")],
)
def test_what_a_merge_would_lose_is_refused(
    lora: dict[str, Any], why: str, tiny_llama: BaseModelFiles, make_adapter: Callable[..., Path]
) -> None:
    adapter = make_adapter(**lora)
    with pytest.raises(IncompatibleModelError, match=f"not a plain LoRA.*{why}"):
        list(merged_tensors(tiny_llama.folder, adapter))


def test_a_setting_that_changes_what_the_tensors_mean_is_refused(
    tiny_llama: BaseModelFiles, make_adapter: Callable[..., Path]
) -> None:
    adapter = make_adapter()
    config = adapter / ADAPTER_CONFIG
    config.write_text(config.read_text().replace('"fan_in_fan_out": false', '"fan_in_fan_out": true'))
    with pytest.raises(IncompatibleModelError, match="fan_in_fan_out"):
        list(merged_tensors(tiny_llama.folder, adapter))


@pytest.mark.slow
def test_an_adapter_of_another_base_is_refused(base_model: BaseModelFiles, tmp_path: Path, adapter: Path) -> None:
    from safetensors.numpy import load_file, save_file

    copy = tmp_path / "other"
    shutil.copytree(adapter, copy)
    weights = load_file(copy / "adapter_model.safetensors")
    renamed = {name.replace("layers.0.", "layers.77."): tensor for name, tensor in weights.items()}
    save_file(renamed, copy / "adapter_model.safetensors")
    with pytest.raises(IncompatibleModelError, match=r"layers\.77"):
        served_gguf(base_model, copy, tmp_path)
    assert not list(tmp_path.rglob("*.gguf"))


@pytest.mark.slow
def test_a_damaged_one_is_made_anew_before_it_is_served(
    tiny_llama: BaseModelFiles, make_adapter: Callable[..., Path], tmp_path: Path
) -> None:
    adapter = make_adapter()
    path = served_gguf(tiny_llama, adapter, tmp_path)
    right = digest_file(path)

    def overwrite() -> None:
        with path.open("r+b") as file:
            file.seek(right.bytes // 2)
            file.write(bytes(64 << 10))

    for damage in (overwrite, lambda: os.truncate(path, right.bytes // 3), path.unlink, lambda: path.write_bytes(b"")):
        damage()
        assert served_gguf(tiny_llama, adapter, tmp_path) == path
        assert digest_file(path) == right
