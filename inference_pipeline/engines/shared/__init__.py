"""What several engines share; no engine is called so."""
