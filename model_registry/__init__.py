"""The contract between training and inference: manifest, prompt renderer, packaging, ports."""
