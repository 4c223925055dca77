"""Many requests to u2cl's server."""
