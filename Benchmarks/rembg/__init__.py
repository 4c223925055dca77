"""u2cl beside rembg."""
