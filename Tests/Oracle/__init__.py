"""What other programs compute, for the tests and the benchmarks to compare with.

The networks in PyTorch, their exports, and the saliency measures of other packages. Every `make_…` module writes files
that the Swift tests read. Run the modules from the root of the repository, such as
`python -m Tests.Oracle.make_scores`; each names the packages that it needs.
"""

from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
CHECKPOINTS = TESTS / "CheckpointsTests/Fixtures"
SCORES = TESTS / "SaliencyTests/Golden"
