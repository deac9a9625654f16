"""I: a question becomes an answer in the author's voice."""
