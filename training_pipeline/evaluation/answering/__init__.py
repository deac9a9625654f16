"""What the judge `answers` asks a twin, and what it measures of the answers that are served."""
