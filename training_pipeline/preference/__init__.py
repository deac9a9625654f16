"""Preference tuning, an optional stage after fine-tuning: the author's text over a model's for the same prompt."""
