"""u2cl's server beside rembg's."""
