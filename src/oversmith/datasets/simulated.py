"""Simulated hydrogels: a stand-in for spectra that only the authors of Chung et al. 2024 can give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from oversmith.datasets.spectra import Spectra, SpectralAxis
from oversmith.exceptions import InputError


@dataclass(frozen=True)
class _Sensor:
    """A cantilever: range of its sweep and resonance in Hz, quality, coupling, and how many wells stay liquid."""

    low: float
    high: float
    resonance: float
    quality: float
    coupling: float
    liquid: int


@dataclass(frozen=True)
class _System:
    """A library of 96 wells on three plates; shares are of the resonance.

    ``stiffening`` and ``damping``: what a full transition does to frequency and losses. ``loading``: the drop of the
    frequency over all concentrations by mass alone. ``width``: of the transition, in wells. ``spread``: between wells.
    """

    first: float
    last: float
    sensors: tuple[_Sensor, ...]
    kinked: bool
    stiffening: float
    damping: float
    loading: float
    width: float
    spread: float


WELLS = 96
# The ranges are those of Chung et al. 2024; everything else is chosen.
_SYSTEMS = {
    "f127": _System(
        0.3125,
        30.0,
        (
            _Sensor(26013.75, 37000.0, 29600.0, 36.0, 0.020, 60),
            _Sensor(27016.25, 40000.0, 32600.0, 25.0, 0.030, 60),
            _Sensor(31012.5, 41000.0, 36400.0, 40.0, 0.015, 61),
        ),
        kinked=False,
        stiffening=0.022,
        damping=0.55,
        loading=0.012,
        width=3.0,
        spread=0.010,
    ),
    "alpha-cd": _System(
        20.0,
        40.0,
        (
            _Sensor(26013.75, 37000.0, 30900.0, 31.0, 0.023, 32),
            _Sensor(27016.25, 40000.0, 32800.0, 33.0, 0.024, 31),
            _Sensor(31012.5, 41000.0, 35500.0, 35.0, 0.020, 31),
        ),
        kinked=True,
        stiffening=0.045,
        damping=1.2,
        loading=0.010,
        width=2.0,
        spread=0.005,
    ),
}
# Loss of the piezoelectric layer: the phase angle far from resonance is that much above -90 degrees.
_LOSS = 0.02
_NOISE = 0.25


def make_hydrogel_spectra(
    system: Literal["f127", "alpha-cd"] = "f127", *, n_points: int = 800, noise: float = 1.0, random_state: int = 0
) -> Spectra:
    """Simulate phase-angle spectra of a cantilever in hydrogels of rising concentration: no real measurements.

    Parameters
    ----------
    system : {"f127", "alpha-cd"}, default="f127"
        ``"f127"``: 181 solutions and 107 gels with a sharp transition, after Pluronic F-127. ``"alpha-cd"``: 94
        solutions and 194 gels that part slowly, so that the classes overlap heavily, after α-cyclodextrin.
    n_points : int, default=800
        Points of a sweep, at least 16.
    noise : float, default=1.0
        Factor on noise and on the spread from well to well, at least 0.
    random_state : int, default=0
        Seed.

    Returns
    -------
    Spectra
        288 spectra of three sensors in 96 wells each, phase angle in degrees, numbered points as axis, sensor as group.

    Raises
    ------
    InputError
        For an unknown system or impossible numbers.

    Notes
    -----
    Each sensor is a Butterworth–Van Dyke circuit, a lossy capacitance beside a resonator, whose impedance has the
    phase −arg(j · [1 − j·loss + k / (1 − u² + j·u / Q)]) at u = frequency over resonance. A gel stiffens and damps:
    with t from 0 to 1 along the transition, resonance and Q become f₀ (1 + stiffening · t − loading · c) and
    Q₀ / (1 + damping · t), c being the concentration from 0 to 1. In ``"f127"`` t is a sigmoid of the concentration,
    in ``"alpha-cd"`` it is 0 up to the transition and then grows as a line. Resonance, Q and coupling also vary from
    well to well, neighbouring points share noise. Labels change between two wells of each sensor, so that the counts
    are those of Chung et al. 2024.

    Counts, wells, concentrations, sweep ranges and length are the paper's; circuit, sizes of the effects and noise
    are ours. Results on these spectra say nothing about real hydrogels.

    References
    ----------
    .. [1] J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong, "Imbalanced spectral data analysis using
       data augmentation based on the generative adversarial network", Scientific Reports 14, 2024,
       doi:10.1038/s41598-024-63285-4; "Results" and "Data collection".

    Examples
    --------
    >>> from oversmith.datasets import make_hydrogel_spectra
    >>> made = make_hydrogel_spectra("alpha-cd")
    >>> made.X.shape, (made.y == "gel").sum().item(), made.axis.label
    ((288, 1, 800), 194, 'measurement')
    """
    if system not in _SYSTEMS:
        raise InputError("system", f"{system!r} found", f"choose from {', '.join(map(repr, _SYSTEMS))}")
    if isinstance(n_points, bool) or not isinstance(n_points, int) or n_points < 16:
        raise InputError("n_points", f"{n_points!r} found", "give a whole number of points, at least 16")
    if not 0 <= noise < np.inf:
        raise InputError("noise", f"{noise!r} found", "give a factor of at least 0")
    constants = _SYSTEMS[system]
    rng = np.random.default_rng(random_state)
    concentration = np.linspace(constants.first, constants.last, WELLS)
    spectra, gel, transitions = [], [], {}
    for number, sensor in enumerate(constants.sensors, 1):
        spectra.append(_sweeps(constants, sensor, n_points, noise, rng))
        gel.append(np.arange(WELLS) >= sensor.liquid)
        transitions[f"sensor {number}"] = float(concentration[sensor.liquid - 1 : sensor.liquid + 1].mean())
    return Spectra(
        X=np.concatenate(spectra)[:, None].astype(np.float32),
        y=np.where(np.concatenate(gel), "gel", "solution"),
        axis=SpectralAxis(np.arange(1.0, n_points + 1), "measurement", "", "phase angle, degrees"),
        group=np.repeat(list(transitions), WELLS),
        concentration=np.tile(concentration, len(constants.sensors)),
        names=None,
        transitions=transitions,
    )


def _sweeps(constants: _System, sensor: _Sensor, n_points: int, noise: float, rng: np.random.Generator) -> np.ndarray:
    """Phase angles of one sensor in all wells."""
    well = np.arange(WELLS)[:, None]
    share = well / (WELLS - 1)
    after = (well - (sensor.liquid - 0.5)) / constants.width
    if constants.kinked:
        wells_after = WELLS - sensor.liquid
        transition = np.logaddexp(0.0, after) * constants.width / wells_after
    else:
        transition = 0.5 * (1 + np.tanh(after / 2))
    vary = noise * constants.spread * rng.normal(size=(3, WELLS, 1))
    resonance = sensor.resonance * (1 + constants.stiffening * transition - constants.loading * share + 0.35 * vary[0])
    quality = sensor.quality / (1 + constants.damping * transition) * np.exp(6 * vary[1])
    coupling = sensor.coupling * np.exp(6 * vary[2])
    u = np.linspace(sensor.low, sensor.high, n_points) / resonance
    admittance = 1j * (1 - 1j * _LOSS + coupling / (1 - u**2 + 1j * u / quality))
    white = rng.normal(size=(WELLS, n_points + 4))
    # Five points share their noise, as the filter of an analyser makes them.
    smooth = np.stack([np.convolve(row, np.ones(5) / 5**0.5, mode="valid") for row in white])
    return np.asarray(np.round(-np.degrees(np.angle(admittance)) + noise * _NOISE * smooth, 3))
