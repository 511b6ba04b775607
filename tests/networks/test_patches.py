from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from oversmith.networks.patches import cut, joined


@pytest.mark.parametrize("shape", [(2, 8, 3), (2, 8, 4, 3)], ids=str)
def test_patches_hold_the_points_beside_one_another(shape):
    x = jnp.arange(float(np.prod(shape))).reshape(shape)
    patches = cut(x, 2)
    assert patches.shape == (2, *(n // 2 for n in shape[1:-1]), 3 * 2 ** (len(shape) - 2))
    np.testing.assert_array_equal(joined(patches, 2), x)
    corner = x[0, :2] if len(shape) == 3 else x[0, :2, :2]
    np.testing.assert_array_equal(patches[(0,) * (len(shape) - 1)], corner.ravel())
    assert cut(x, 1) is x
