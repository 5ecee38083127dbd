"""The knowledge base: entries, words, the loader, the linter."""

from bot.catalog.entries import Catalog, ProofCase
from bot.catalog.loader import catalog_cases, load, read_folder, shipped
from bot.catalog.problems import KnowledgeError, Problem

__all__ = [
    "Catalog",
    "KnowledgeError",
    "Problem",
    "ProofCase",
    "catalog_cases",
    "load",
    "read_folder",
    "shipped",
]
