"""Multi-layer perceptron over batches of rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.custom_derivatives import SymbolicZero
from jaxtyping import Array, Float

from oversmith.networks.init import uniform_values

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": jax.nn.relu,
    "leaky_relu": partial(jax.nn.leaky_relu, negative_slope=0.2),
    "tanh": jnp.tanh,
    "silu": jax.nn.silu,
}


@jax.custom_jvp
def linear(rows: Float[Array, "batch in"], weight: Float[Array, "in out"]) -> Float[Array, "batch out"]:
    """Multiply rows by a weight matrix, with a gradient that is fast on a CPU.

    The gradient by the weights is the product of the transposed rows with the gradient of the output. XLA computes that
    product with its slower kernel; transposing the rows first costs less than it gains (a quarter at 256 rows).

    Parameters
    ----------
    rows : array of shape (batch, in)
        Input rows.
    weight : array of shape (in, out)
        Weights.

    Returns
    -------
    array of shape (batch, out)
        ``rows @ weight``.

    Examples
    --------
    >>> linear(jnp.array([[1.0, 2.0]]), jnp.array([[3.0], [4.0]])).tolist()
    [[11.0]]
    """
    return rows @ weight


def _linear_jvp(primals: tuple[Array, Array], tangents: tuple[Any, Any]) -> tuple[Array, Any]:
    rows, weight = primals
    rows_tangent, weight_tangent = tangents
    terms = []
    if not isinstance(rows_tangent, SymbolicZero):
        terms.append(linear(rows_tangent, weight))
    if not isinstance(weight_tangent, SymbolicZero):
        transposed = rows.T
        # The barrier keeps XLA from folding the transpose back into the product; one score per row is no such product.
        if weight.shape[1] > 1:
            transposed = jax.lax.optimization_barrier(transposed)
        terms.append(jax.lax.dot_general(transposed, weight_tangent, (((0,), (0,)), ((), ()))))
    out = linear(rows, weight)
    return out, sum(terms) if terms else jnp.zeros_like(out)


linear.defjvp(_linear_jvp, symbolic_zeros=True)


class MLP(eqx.Module):
    """Linear layers with an activation after each but the last; works on whole batches.

    Parameters
    ----------
    in_features : int
        Inputs, padding included; the padding comes last.
    widths : tuple of int
        Units of each hidden layer.
    out_features : int
        Outputs, padding included.
    activations : tuple of str
        Names in `ACTIVATIONS`, one per hidden layer.
    key : jax.random.key
        Source of the weights, uniform in ±1/√(fan-in).
    true_in : int, optional
        Inputs without the padding, ``in_features`` by default: the fan-in of the first layer. Weights of padded inputs
        are zero and the other weights do not depend on how much padding there is, at either end.
    unit_spread : bool, default=False
        Start with outputs of unit size for standard normal inputs (He et al.): weights uniform in ±√(6/fan-in) where a
        ReLU follows, ±√(3/fan-in) in the last layer, and no biases. For generators: the default start maps all noise
        to nearly one point, and a GAN hardly leaves it.

    Attributes
    ----------
    weights : tuple of arrays of shape (in, out)
        One per layer, so that a batch is multiplied without a transpose.
    biases : tuple of arrays of shape (out,)
        One per layer.

    Raises
    ------
    ValueError
        If there is not one known activation per hidden layer.

    Examples
    --------
    >>> network = MLP(4, (8, 8), 2, ("tanh", "relu"), key=jax.random.key(0))
    >>> network(jnp.ones((3, 4))).shape
    (3, 2)
    """

    weights: tuple[Float[Array, "_ _"], ...]
    biases: tuple[Float[Array, " _"], ...]
    activations: tuple[str, ...] = eqx.field(static=True)

    def __init__(
        self,
        in_features: int,
        widths: tuple[int, ...],
        out_features: int,
        activations: tuple[str, ...],
        *,
        key: Array,
        true_in: int | None = None,
        unit_spread: bool = False,
    ) -> None:
        if len(activations) != len(widths) or not set(activations) <= set(ACTIVATIONS):
            raise ValueError(
                f"activations: {activations!r} for {len(widths)} hidden layers; "
                f"give one of {', '.join(ACTIVATIONS)} for each"
            )
        true_in = in_features if true_in is None else true_in
        n_in, n_out, fan_ins = (in_features, *widths), (*widths, out_features), (true_in, *widths)
        spreads = [6] * len(widths) + [3] if unit_spread else [1] * len(fan_ins)
        bounds = [(spread / fan_in) ** 0.5 for spread, fan_in in zip(spreads, fan_ins, strict=True)]
        keys = [jax.random.split(jax.random.fold_in(key, number)) for number in range(len(fan_ins))]
        # The axis that may be padded leads, so that its length leaves the numbers before it alone.
        shapes = [(in_features, n_out[0]), *zip(n_out[1:], n_in[1:], strict=True)]
        first, *others = uniform_values([weight_key for weight_key, _ in keys], shapes, bounds)
        first = np.where(np.arange(in_features)[:, None] < true_in, first, np.float32(0))
        biases: list[Any] = [np.zeros(n, np.float32) for n in n_out]
        if not unit_spread:
            biases = uniform_values([bias_key for _, bias_key in keys], [(n,) for n in n_out], bounds)
        self.weights, self.biases = jax.device_put(((first, *(weight.T for weight in others)), tuple(biases)))
        self.activations = tuple(activations)

    def __call__(
        self, rows: Float[Array, "batch in"], after: Callable[[int, Array], Array] | None = None
    ) -> Float[Array, "batch out"]:
        """Map a batch of rows.

        Parameters
        ----------
        rows : array of shape (batch, in)
            Input rows.
        after : callable, optional
            ``after(number, units) -> units``, applied to the units of each hidden layer (numbered from 0) after their
            activation: a norm, or dropout.

        Returns
        -------
        array of shape (batch, out)
            Output of the last linear layer.
        """
        for number, (weight, bias, name) in enumerate(zip(self.weights, self.biases, self.activations, strict=False)):
            rows = ACTIVATIONS[name](linear(rows, weight) + bias)
            rows = rows if after is None else after(number, rows)
        return linear(rows, self.weights[-1]) + self.biases[-1]
