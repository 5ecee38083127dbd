"""The page of the local Slack in a real Chromium, with the whole product behind it."""
