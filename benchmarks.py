"""The benchmarks: `python -m benchmarks --help`, from the root of the repository.

The modules are in Benchmarks/, beside Sources/ and Tests/. A folder `benchmarks` would be the same folder where file
names ignore case, so this file gives the package its name.
"""

from pathlib import Path

__path__ = [str(Path(__file__).resolve().parent / "Benchmarks")]

if __name__ == "__main__":
    from benchmarks.main import main

    main()
