"""Delta Lake (offline) and Qdrant (online)."""

import os

os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # before pyarrow is loaded: its own keep what is freed
