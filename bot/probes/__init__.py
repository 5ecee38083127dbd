"""The checks; each reports frozen observations and judges nothing."""
