"""The parts of `Benchmarks/gpu`: Python's standard library, and PyTorch in the process of the peers."""
