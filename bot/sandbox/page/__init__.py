"""The files of the page; ``bot.sandbox.site`` serves them."""
