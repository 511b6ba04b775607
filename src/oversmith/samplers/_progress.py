"""A progress bar on standard error, as one more training callback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from oversmith._adapter import BaseEstimator
from oversmith._printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress, TaskID

    from oversmith.training import TrainingEvent


class ProgressBar(BaseEstimator):
    """Callback that shows a progress bar of each training on standard error.

    Examples
    --------
    >>> from oversmith import EOWGAN, ProgressBar, Stop
    >>> EOWGAN(stop=Stop(callbacks=[ProgressBar()])).stop
    Stop(callbacks=[ProgressBar()])
    """

    def opened(self, title: str) -> AbstractContextManager[Callable[[TrainingEvent], None]]:
        """Open the bar of one training.

        Parameters
        ----------
        title : str
            What is being trained.

        Returns
        -------
        context manager
            Yields the callback for the training loop; closes the bar.
        """
        return progress_bar(title)

    def __call__(self, event: TrainingEvent) -> None:
        """Take an event without a bar: it is shown by what `opened` yields."""


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[TrainingEvent], None]]:
    """Show the steps of one training.

    Parameters
    ----------
    title : str
        What is being trained.

    Yields
    ------
    callable
        The callback to hand to the training loop.
    """
    with _bar(title, None) as (progress, task):

        def show(event: TrainingEvent) -> None:
            progress.update(task, total=event.total_steps, completed=event.step)

        yield show


@contextmanager
def count_bar(title: str, total: int) -> Iterator[Callable[[], None]]:
    """Show how many of a known number of things are done.

    Parameters
    ----------
    title : str
        What is being done.
    total : int
        How many there are.

    Yields
    ------
    callable
        To be called after each.
    """
    with _bar(title, total) as (progress, task):
        yield lambda: progress.advance(task)


@contextmanager
def _bar(title: str, total: int | None) -> Iterator[tuple[Progress, TaskID]]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield progress, progress.add_task(escape(printable(title)), total=total)
