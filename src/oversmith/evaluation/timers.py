"""Which part of a job runs right now, and the processor time each part took."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SHARED = "shared"
"""What all classifiers of a job have in common: preparation, sampler, scoring."""
WARM_UP = "warm-up"
"""Imports and compilation, outside all clocks."""

Notify = Callable[[str], None]


class StageClock:
    """Processor seconds by stage.

    Parameters
    ----------
    notify : callable, optional
        Called with the name of each stage when it begins.

    Attributes
    ----------
    seconds : dict of str to float
        Processor time of this process by stage.
    """

    def __init__(self, notify: Notify | None = None) -> None:
        self.notify = notify
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._stage, self._since = SHARED, time.process_time()

    def enter(self, stage: str) -> None:
        """End the stage at hand and begin another."""
        now = time.process_time()
        self.seconds[self._stage] += now - self._since
        self._since = now
        if stage != self._stage and self.notify is not None:
            self.notify(stage)
        self._stage = stage


_clock: ContextVar[StageClock | None] = ContextVar("oversmith_stage_clock", default=None)


@contextmanager
def clocked(notify: Notify | None = None) -> Iterator[StageClock]:
    """Clock the stages entered inside the block.

    Parameters
    ----------
    notify : callable, optional
        Called with the name of each stage when it begins.

    Yields
    ------
    StageClock
        Complete when the block ends.

    Examples
    --------
    >>> from oversmith.evaluation.timers import clocked, enter
    >>> seen = []
    >>> with clocked(seen.append) as clock:
    ...     enter("knn")
    >>> seen, sorted(clock.seconds)
    (['knn', 'shared'], ['knn', 'shared'])
    """
    clock = StageClock(notify)
    before = _clock.set(clock)
    try:
        yield clock
    finally:
        clock.enter(SHARED)
        _clock.reset(before)


def enter(stage: str) -> None:
    """Begin a stage: the name of a classifier, or one of the constants above; without a clock, nothing."""
    clock = _clock.get()
    if clock is not None:
        clock.enter(stage)
