"""Delta Lake (offline) and Qdrant (online)."""

import os

# Before pyarrow and deltalake are loaded: their own allocators keep what is freed, 100 MB after 20,000 chunks.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0")  # jemalloc's, in Rust's libraries
