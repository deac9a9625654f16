"""MLflow behind our gate."""
