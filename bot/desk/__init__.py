"""What the product can do, without Slack; ``api`` is its public face (imported when needed)."""
