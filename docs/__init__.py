"""The pages that a person reads, and the module that writes their generated parts."""
