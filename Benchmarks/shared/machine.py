"""The machine that is measured."""

import datetime
import os
import platform
import re
from pathlib import Path

from .repository import commit


def machine():
    """Processor, cores, system, the commit that is measured, and how busy the machine is without it."""
    return {
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "commit": commit(),
        "load": round(os.getloadavg()[0], 2),
    }


def processor():
    """The processor's name."""
    try:
        names = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        names = None
    return names[1] if names else platform.processor() or platform.machine()
