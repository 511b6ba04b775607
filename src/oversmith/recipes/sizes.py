"""The sizes of one training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oversmith.networks import Columns


@dataclass(frozen=True)
class Sizes:
    """The sizes of one training, from which a recipe makes its networks.

    Parameters
    ----------
    width, padded_width : int
        Encoded columns, and the bucket they are padded to.
    condition_width : int
        Length of the class condition, 0 for a model of one class.
    columns : Columns
        What the generator's output columns mean.
    steps : int
        Generator updates.
    shape : tuple of int or None
        Channels and time points, or channels, height and width, where the networks are convolutions; None for dense
        layers.
    rows : int
        Training rows, for budgets in epochs.
    """

    width: int
    padded_width: int
    condition_width: int
    columns: Columns
    steps: int
    shape: tuple[int, ...] | None = None
    rows: int = 0
