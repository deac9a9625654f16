"""LoRA fine-tuning: how long, the loop, its checkpoints and its curves."""
