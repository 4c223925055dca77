"""What a compiler reports of a kernel, and how many hardware threads of it a core holds."""

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Core:
    """The unit of a GPU that holds work-groups: a compute unit, sub-slice, Xe core or multiprocessor."""

    threads: int  # hardware threads (waves, warps) that it holds at most
    registers: int  # of all its threads together, each as wide as a thread
    granule: int  # registers are allotted to a thread in multiples of this
    local: int  # bytes of local memory
    groups: int = 1 << 30  # work-groups that it holds at most
    reserved: int = 0  # bytes of local memory that each group costs besides its own
    parts: int = 4  # into which registers and threads are divided

    def occupancy(self, registers, local, threads):
        """The share of the hardware threads that groups of `threads` fill; 0 where not one group fits, None where
        `threads` is None."""
        if threads is None:
            return None
        allotted = max(self.granule, ceil(registers / self.granule) * self.granule)
        by_registers = self.registers // self.parts // allotted * self.parts
        groups = min(self.threads, by_registers) // threads
        if local + self.reserved:
            groups = min(groups, self.local // (local + self.reserved))
        return min(groups, self.groups) * threads / self.threads


@dataclass(frozen=True)
class Figures:
    """One kernel compiled for one target. Sizes are bytes: of a work-group (`local`), of a work-item or, with Intel's
    compiler, of a hardware thread, as the compiler tells them."""

    registers: int = 0
    spills: int = 0  # registers that were stored to memory because there were too few
    scratch: int = 0  # private memory in all: spills, and arrays that are not in registers
    local: int = 0
    width: int = 0  # work-items of a hardware thread
    occupancy: float | None = None


@dataclass(frozen=True)
class Compilation:
    """What became of a program: the figures of its kernels, or the compiler's first complaint."""

    kernels: dict
    error: str = ""


def first_complaint(text):
    """The line of a compiler's output that says what is wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wrong = [line for line in lines if "error" in line.lower() or "undefined" in line.lower()]
    return (wrong or lines or ["no message"])[0][:200]
