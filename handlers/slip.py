"""What cannot be read in a command or a form."""


class Slip(ValueError):
    """The text says what was understood, names the thing and gives an example."""
