"""What two engines may differ by."""


def knows_bfloat16() -> bool:
    """Where the processor knows it, openvino may compute in it: two near words may change places."""
    import torch

    return torch.ops.mkldnn._is_mkldnn_bf16_supported()  # type: ignore[no-any-return]
