"""Measure the engine on real cases whose cause is known; see docs/knowledge.md."""
