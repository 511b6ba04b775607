"""The weights of a halving network as plain arrays, and back: what its classifiers store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oversmith.networks import HalvingNetwork


def layers_of(network: HalvingNetwork) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Take weights and biases of the layers out of a network."""
    found = network.convolutions
    return (*found.weights, network.weight), (*found.biases, network.bias)


def network_of(state: Mapping[str, Any], shape: tuple[int, ...]) -> HalvingNetwork:
    """Undo `layers_of`, for a network of rows of this shape: channels and points along each axis."""
    from oversmith.networks.halving import Halving, HalvingNetwork

    (*weights, weight), (*biases, bias) = state["weights"], state["biases"]
    return HalvingNetwork(Halving(tuple(weights), tuple(biases), shape), weight, bias)
