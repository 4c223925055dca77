"""`u2cl run` on many pictures."""
