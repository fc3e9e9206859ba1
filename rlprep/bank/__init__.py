"""The question bank: schemas, the loader from YAML, the linter, and third-party packs."""
