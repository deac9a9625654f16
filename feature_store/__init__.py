"""The contract between the feature pipeline and the two that read from it: records, versions, encoder, ports."""
