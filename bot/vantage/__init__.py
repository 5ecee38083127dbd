"""Places to look from: the only code that touches the network of a target."""
