import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from feature_store.precision import FASTER
from inference_pipeline.engines.openvino import worker


@pytest.mark.parametrize(("bf16", "hint"), [(2.0, "f32"), (1.0, "f32"), (0.9, "f32"), (0.7, None)])
def test_bfloat16_is_left_to_the_device_where_it_is_clearly_faster(
    monkeypatch: pytest.MonkeyPatch, bf16: float, hint: str | None
) -> None:
    given: list[dict[str, Any]] = []

    def pipeline(gguf: str, scheduler: object, device: str, options: dict[str, Any]) -> object:
        given.append(options)
        return SimpleNamespace(get_tokenizer=lambda: None)

    fake = SimpleNamespace(SchedulerConfig=SimpleNamespace, ContinuousBatchingPipeline=pipeline)
    monkeypatch.setitem(sys.modules, "openvino_genai", fake)  # type: ignore[arg-type]
    monkeypatch.setattr(worker, "product_seconds", {"f32": 1.0, "bf16": bf16}.__getitem__)
    worker.Worker(gguf="any.gguf", end_tokens=[], cache_gib=1, out=io.StringIO())
    assert [options.get("INFERENCE_PRECISION_HINT") for options in given] == [hint]
    assert (bf16 * FASTER < 1) is (hint is None)


def test_a_product_takes_time() -> None:
    assert 0 < worker.product_seconds("f32") < 60
