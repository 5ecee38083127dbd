"""The diagnosis engine: pure functions from a catalog and a situation to verdict and step."""
