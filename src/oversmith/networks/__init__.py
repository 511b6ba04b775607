"""Networks as Equinox modules, and what their output columns mean."""

from __future__ import annotations

from oversmith.networks.columns import Columns, activate, column_arrays, one_hot, with_condition
from oversmith.networks.mlp import ACTIVATIONS, MLP, mlp
from oversmith.networks.noise import latent_noise

__all__ = [
    "ACTIVATIONS",
    "MLP",
    "Columns",
    "activate",
    "column_arrays",
    "latent_noise",
    "mlp",
    "one_hot",
    "with_condition",
]
