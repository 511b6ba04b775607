from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from oversmith.networks import BiLSTM, SelfAttention


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_lstm_by_hand():
    network = BiLSTM(2, 3, 2, key=jax.random.key(0))
    x = np.asarray(jax.random.normal(jax.random.key(1), (2, 6, 2)))
    layer = x
    for weight, recurrent, bias in zip(network.inputs, network.recurrent, network.biases, strict=True):
        directions = []
        for which in (0, 1):
            w, b = (np.asarray(part)[..., which * 12 : which * 12 + 12] for part in (weight, bias))
            h, c = np.zeros((2, 3)), np.zeros((2, 3))
            out = np.zeros((2, 6, 3))
            for t in range(6) if which == 0 else reversed(range(6)):
                i, f, g, o = np.split(layer[:, t] @ w + b + h @ np.asarray(recurrent)[which], 4, axis=1)
                c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
                h = sigmoid(o) * np.tanh(c)
                out[:, t] = h
            directions.append(out)
        layer = np.concatenate(directions, axis=2)
    np.testing.assert_allclose(network(jnp.asarray(x)), layer, atol=1e-5)


def test_both_directions_carry():
    network = BiLSTM(1, 4, 1, key=jax.random.key(0))
    slope = jax.jacobian(lambda row: network(row[None, :, None])[0])(jax.random.normal(jax.random.key(1), (9,)))
    first, last = jnp.abs(slope[:, :4]).max(axis=1), jnp.abs(slope[:, 4:]).max(axis=1)
    # Forwards, a point feels what came before and nothing after; backwards the other way round.
    assert ((first[4] > 0) == (np.arange(9) <= 4)).all()
    assert ((last[4] > 0) == (np.arange(9) >= 4)).all()


def test_attention_by_hand():
    network = SelfAttention(3, key=jax.random.key(0))
    x = np.asarray(jax.random.normal(jax.random.key(1), (2, 4, 3)))
    q, v = x @ np.asarray(network.query), x @ np.asarray(network.value)
    score = np.exp(np.einsum("bqu,bku->bqk", q, v) / np.sqrt(3))
    weights = score / score.sum(axis=2, keepdims=True)
    np.testing.assert_allclose(network(jnp.asarray(x)), x + weights @ v, atol=1e-5)
