"""Delta Lake (offline) and Qdrant (online)."""
