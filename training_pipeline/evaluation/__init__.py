"""Evaluation: what the judges measure of an adapter, and the report of it. No judge asks a model for its opinion."""
