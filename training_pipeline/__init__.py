"""T: features become a registered adapter."""
