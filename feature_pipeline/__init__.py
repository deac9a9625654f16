"""F: a person's posts become features."""
