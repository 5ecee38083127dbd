"""The knowledge base: entries, words, the loader, the linter."""
