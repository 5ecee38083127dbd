"""Sans-IO parsers and builders: bytes in, values out, nothing else."""
