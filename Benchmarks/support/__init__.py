"""What the benchmark scripts share. Python's standard library only, except for network.py, which needs PyTorch."""
