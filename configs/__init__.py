"""The YAML a user edits, the typed settings that read it, and what every room shares: errors, progress, files."""
