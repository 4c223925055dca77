"""What a machine with a GPU needs to run u2cl."""
