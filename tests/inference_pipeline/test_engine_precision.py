from pathlib import Path

import pytest

from inference_pipeline.engines.openvino import OpenVinoEngine
from inference_pipeline.errors import EngineUnavailableError
from model_registry.base_models import BaseModelFiles


@pytest.mark.parametrize("faster", [True, False])
def test_the_processors_bfloat16_is_used_where_it_is_faster(
    base_model: BaseModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faster: bool
) -> None:
    """What the worker is told is what its pipeline gets."""
    fake = tmp_path / "openvino_genai.py"
    fake.write_text(
        "class SchedulerConfig: pass\n"
        "def ContinuousBatchingPipeline(gguf, scheduler, device, options):\n"
        "    raise RuntimeError(options.get('INFERENCE_PRECISION_HINT', 'as the device likes'))\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("inference_pipeline.engines.openvino.bfloat16_is_faster", lambda: faster)
    with pytest.raises(EngineUnavailableError, match="as the device likes" if faster else "f32"):
        OpenVinoEngine(base_model, tmp_path / "any.gguf")
