"""Networks as Equinox modules, and what their output columns mean."""

from __future__ import annotations

from oversmith.networks.batch_norm import BatchNorm, BatchNormMLP, in_training, with_batch_norm, with_dropout
from oversmith.networks.conv import ConvCritic, ConvGenerator, ConvStack
from oversmith.networks.conv_map import ConvMap
from oversmith.networks.init import full
from oversmith.networks.inputs import latent_noise, one_hot, with_condition
from oversmith.networks.mlp import ACTIVATIONS, MLP
from oversmith.networks.outputs import Columns, activate, column_arrays, with_tanh
from oversmith.networks.recurrent import BiLSTM, SelfAttention
from oversmith.networks.unet import UNet

__all__ = [
    "ACTIVATIONS",
    "MLP",
    "BatchNorm",
    "BatchNormMLP",
    "BiLSTM",
    "Columns",
    "ConvCritic",
    "ConvGenerator",
    "ConvMap",
    "ConvStack",
    "SelfAttention",
    "UNet",
    "activate",
    "column_arrays",
    "full",
    "in_training",
    "latent_noise",
    "one_hot",
    "with_batch_norm",
    "with_condition",
    "with_dropout",
    "with_tanh",
]
