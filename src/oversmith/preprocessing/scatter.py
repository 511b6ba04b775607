"""Standard normal variate: every spectrum on its own scale."""

from __future__ import annotations

import numpy as np

from oversmith.preprocessing._spectral import SpectralTransformer, refuse_constant


class StandardNormalVariate(SpectralTransformer):
    """Bring every spectrum to mean 0 and standard deviation 1, which takes out scatter and path length.

    Parameters
    ----------
    n_channels : int, default=1
        Channels of a 2-D input, whose columns are the channels one after another. A 3-D input brings its own; every
        channel is scaled by itself.

    Attributes
    ----------
    n_channels_, n_points_ : int
        Shape of a spectrum.
    n_features_in_ : int
        Values per spectrum.

    See Also
    --------
    oversmith.SavitzkyGolay : Smoothing and derivatives.
    oversmith.BaselineRemover : Takes a slow background off.

    Notes
    -----
    Each spectrum x becomes (x − mean(x)) / s with s² the sum of squared deviations over (points − 1). Nothing is
    learnt from other spectra. A constant spectrum has no such form and is refused.

    References
    ----------
    .. [1] R. J. Barnes, M. S. Dhanoa, S. J. Lister: Standard normal variate transformation and de-trending of
       near-infrared diffuse reflectance spectra. Applied Spectroscopy 43(5), 1989.

    Examples
    --------
    >>> from oversmith import StandardNormalVariate
    >>> StandardNormalVariate().fit_transform([[1.0, 2.0, 3.0], [10.0, 30.0, 50.0]]).tolist()
    [[-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]]
    """

    def _change(self, spectra: np.ndarray) -> np.ndarray:
        refuse_constant(spectra, "a spectrum without spread cannot be scaled by it")
        return (spectra - spectra.mean(axis=2, keepdims=True)) / spectra.std(axis=2, ddof=1, keepdims=True)
