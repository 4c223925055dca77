"""Vendors' OpenCL compilers, run without their devices: what each makes of the engine's kernels."""
