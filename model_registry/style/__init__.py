"""Writing style: what of a text is counted, the scorer that is fitted on it, and what it says in words."""
