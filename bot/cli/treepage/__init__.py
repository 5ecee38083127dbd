"""The decision tree as a page to look at: one HTML file with the picture and every node's why."""

from bot.cli.treepage.page import render_html

__all__ = ["render_html"]
