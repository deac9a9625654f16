from collections.abc import Iterator

import pytest
import torch

from feature_store import precision
from feature_store.precision import bfloat16_is_faster


@pytest.fixture(autouse=True)
def _measured_anew() -> Iterator[None]:
    bfloat16_is_faster.cache_clear()
    yield
    bfloat16_is_faster.cache_clear()


def test_bfloat16_is_taken_where_it_is_clearly_quicker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: True, raising=False)
    for half, expected in ((0.3, True), (0.79, True), (0.81, False), (1.0, False), (1.9, False)):
        seconds = {torch.float32: 1.0, torch.bfloat16: half}
        monkeypatch.setattr(precision, "_seconds", seconds.__getitem__)
        bfloat16_is_faster.cache_clear()
        assert bfloat16_is_faster() is expected


def test_what_is_emulated_is_not_even_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False, raising=False)
    monkeypatch.setattr(precision, "_seconds", None)
    assert not bfloat16_is_faster()


def test_it_is_measured_once() -> None:
    asked = []

    def seconds(dtype: torch.dtype) -> float:
        asked.append(dtype)
        return 1.0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: True, raising=False)
        patch.setattr(precision, "_seconds", seconds)
        bfloat16_is_faster()
        bfloat16_is_faster()
    assert asked == [torch.float32, torch.bfloat16]


def test_a_product_takes_time() -> None:
    assert precision._seconds(torch.float32) > 0
