"""The product without Slack."""
