"""Which examples are used for what, and how they become batches of token ids."""
