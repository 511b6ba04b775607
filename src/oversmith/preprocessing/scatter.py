"""Standard normal variate: every spectrum on its own scale."""

from __future__ import annotations

from typing import Literal

import numpy as np

from oversmith.preprocessing._spectral import SpectralTransformer, flat, refuse


class StandardNormalVariate(SpectralTransformer):
    """Bring every spectrum to mean 0 and standard deviation 1, which takes out scatter and path length.

    Parameters
    ----------
    constant : {"error", "zeros"}, default="error"
        What happens to a spectrum without spread: it is refused, or becomes zeros.
    n_channels : int, default=1
        Channels of a 2-D input, whose columns are the channels one after another. A 3-D input brings its own; every
        channel is scaled by itself.

    See Also
    --------
    oversmith.SavitzkyGolay : Smoothing and derivatives.
    oversmith.BaselineRemover : Takes a slow background off.

    Notes
    -----
    Each spectrum x becomes (x − mean(x)) / s with s² the sum of squared deviations over (points − 1). Nothing is
    learnt from other spectra.

    References
    ----------
    .. [1] R. J. Barnes, M. S. Dhanoa, S. J. Lister, "Standard normal variate transformation and de-trending of
       near-infrared diffuse reflectance spectra", Applied Spectroscopy 43(5), 1989.

    Examples
    --------
    >>> from oversmith import StandardNormalVariate
    >>> StandardNormalVariate().fit_transform([[1.0, 2.0, 3.0], [10.0, 30.0, 50.0]]).tolist()
    [[-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]]
    """

    constant: Literal["error", "zeros"] = "error"

    def _change(self, spectra: np.ndarray) -> np.ndarray:
        still = flat(spectra)
        if self.constant == "error":
            refuse(np.asarray(still.any(axis=1)), "without spread there is no scale", "give constant='zeros'")
        spread = np.where(still[:, :, None], np.inf, spectra.std(axis=2, ddof=1, keepdims=True))
        return (spectra - spectra.mean(axis=2, keepdims=True)) / spread
