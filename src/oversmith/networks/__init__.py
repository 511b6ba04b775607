"""Networks as Equinox modules, and what their output columns mean."""

from __future__ import annotations

from oversmith.networks.attention import SelfAttention, attention
from oversmith.networks.columns import Columns, activate, column_arrays, one_hot, squashed, with_condition
from oversmith.networks.conv import ConvCritic, ConvGenerator, ConvMap, conv_critic, conv_generator, conv_map
from oversmith.networks.halving import (
    HalvingNetwork,
    LabelCritic,
    LabelGenerator,
    halving_network,
    label_critic,
    label_generator,
)
from oversmith.networks.image_map import ImageMap, image_map
from oversmith.networks.mlp import ACTIVATIONS, MLP, mlp
from oversmith.networks.noise import latent_noise
from oversmith.networks.normed import BatchNorm, NormedMLP, dropped, normed, recording
from oversmith.networks.recurrent import BiLSTM, bi_lstm
from oversmith.networks.unet import UNet, unet
from oversmith.networks.weights import filled

__all__ = [
    "ACTIVATIONS",
    "MLP",
    "BatchNorm",
    "BiLSTM",
    "Columns",
    "ConvCritic",
    "ConvGenerator",
    "ConvMap",
    "HalvingNetwork",
    "ImageMap",
    "LabelCritic",
    "LabelGenerator",
    "NormedMLP",
    "SelfAttention",
    "UNet",
    "activate",
    "attention",
    "bi_lstm",
    "column_arrays",
    "conv_critic",
    "conv_generator",
    "conv_map",
    "dropped",
    "filled",
    "halving_network",
    "image_map",
    "label_critic",
    "label_generator",
    "latent_noise",
    "mlp",
    "normed",
    "one_hot",
    "recording",
    "squashed",
    "unet",
    "with_condition",
]
