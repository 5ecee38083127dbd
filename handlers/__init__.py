"""Slack and nothing else: one module a flow."""
