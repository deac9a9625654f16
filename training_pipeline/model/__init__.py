"""The base model with its LoRA adapter: loading, packed batches, the loss, and faster kernels."""
