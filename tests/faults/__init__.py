"""What is broken on purpose, and what became of it: `python -m tests.faults` runs all of it and writes the table."""
