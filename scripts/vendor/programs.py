"""Programs to compile: text, options and kernels, read from the folder that the tests' KernelListing writes."""

import hashlib
import re
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path


@dataclass(frozen=True)
class Program:
    """One program of OpenCL C.

    `kernels` holds the work-items of a group, for each kernel that is launched. `folders` names the listings that hold
    the program, such as `xe-hpg-small-fp16`.
    """

    text: str
    options: str
    kernels: dict = field(hash=False, compare=False)
    folders: set = field(hash=False, compare=False)

    @property
    def key(self):
        """A name for files."""
        return hashlib.sha256(f"{self.options}\0{self.text}".encode()).hexdigest()[:16]

    def threads(self, kernel, width):
        """The hardware threads of a work-group, each `width` work-items; None for a kernel that is not launched."""
        return ceil(self.kernels[kernel] / width) if kernel in self.kernels and width else None

    @property
    def title(self):
        """The kernels and the options, for messages."""
        return f"{', '.join(self.kernels)} ({self.options})"

    @property
    def arguments(self):
        """The options as a command line, without those that only a driver knows."""
        words = self.options.replace("-D ", "-D").split()
        return [word for word in words if word.startswith("-D")]

    @property
    def constants(self):
        """The values of the options `-D NAME=VALUE`."""
        return {name: int(value) for name, value in re.findall(r"-D\s*(\w+)=(-?\d+)", self.options)}

    @property
    def standard(self):
        """The version of OpenCL C, such as `CL1.2`."""
        found = re.search(r"-cl-std=(CL[\d.]+)", self.options)
        return found[1] if found else "CL1.2"


def read_programs(folder, pattern="*"):
    """All programs below a folder, equal ones once; `pattern` selects listings by name."""
    found = {}
    for source in sorted(Path(folder).glob(f"{pattern}/*.cl")):
        text = source.read_text()
        options = source.with_suffix(".options").read_text().strip()
        program = found.setdefault((text, options), Program(text, options, {}, set()))
        program.folders.add(source.parent.name)
        for line in source.with_suffix(".kernels").read_text().splitlines():
            name, items = line.split()
            program.kernels[name] = max(int(items), program.kernels.get(name, 0))
    return list(found.values())
