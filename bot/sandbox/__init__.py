"""A local Slack for the demo and for tests."""
