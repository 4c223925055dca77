"""u2cl and PyTorch on a GPU; Python's standard library, and PyTorch in a process of its own."""
