"""What the checks of `make lint` share."""
