"""What sources are built on: a source says which items there are and how one becomes a post, its base does the rest."""
