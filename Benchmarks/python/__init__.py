"""The Python package beside rembg and u2cl run."""
