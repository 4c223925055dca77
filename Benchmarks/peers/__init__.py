"""u2cl beside other engines on a CPU."""
