"""The command lines of the benchmarks."""

import argparse


def parser(name, text):
    """A parser with a module's documentation as its help."""
    return argparse.ArgumentParser(
        prog=f"python -m benchmarks {name}", description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
