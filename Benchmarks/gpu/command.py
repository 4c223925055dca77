"""Runs a session, prints its report, and fails where one of its steps failed."""

import sys
import tempfile

from .report.document import document
from .session import Session
from .steps import everything


def run(options):
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        session = Session(options, scratch)
        everything(session)
        paths = session.save()
    print(document(session.found))
    for path in paths:
        print(path, file=sys.stderr)
    failures = session.found["failures"]
    return f"{len(failures)} failures; they are listed above" if failures else None
