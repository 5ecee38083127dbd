"""Simulated faulty RDP hosts, their jump box and their DNS, for the demo and for tests."""
