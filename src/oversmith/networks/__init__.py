"""Networks as Equinox modules, and what their output columns mean."""

from __future__ import annotations

from oversmith.networks.columns import Columns, activate, column_arrays, one_hot, with_condition
from oversmith.networks.mlp import ACTIVATIONS, MLP, mlp
from oversmith.networks.noise import latent_noise
from oversmith.networks.normed import BatchNorm, NormedMLP, dropped, normed, recording

__all__ = [
    "ACTIVATIONS",
    "MLP",
    "BatchNorm",
    "Columns",
    "NormedMLP",
    "activate",
    "column_arrays",
    "dropped",
    "latent_noise",
    "mlp",
    "normed",
    "one_hot",
    "recording",
    "with_condition",
]
