"""The time that a session has."""

import time

from ..shared.worker import EngineError


class Budget:
    """The time that is left for everything."""

    def __init__(self, seconds):
        self.deadline = time.monotonic() + seconds

    def left(self):
        """Seconds."""
        return self.deadline - time.monotonic()

    def limit(self, seconds):
        """Of one step; raises EngineError when there is no time for it."""
        if self.left() < 2:
            raise EngineError("no time left")
        return min(seconds, self.left())
