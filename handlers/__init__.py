"""Slack and nothing else: payloads in, intents and questions to the desk; views out as blocks."""
