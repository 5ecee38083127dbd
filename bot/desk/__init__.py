"""What the product can do, as methods; owns tasks and deadlines."""
