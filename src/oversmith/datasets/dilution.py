"""Labels for a dilution series: where along the concentrations a liquid becomes a gel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from oversmith.exceptions import InputError

Rule = Literal["sigmoid", "lines"]
# Concentrations a fit needs: the sigmoid has four numbers, each line two and a point that can contradict it.
_LEAST = 6
_LINE = 3
# A fit that explains less than this share of the response's variance has found nothing.
_EXPLAINED = 0.5


def sigmoid_inflection(concentration: ArrayLike, response: ArrayLike) -> float:
    """Fit a sigmoid to a response over concentrations and return where it turns.

    Parameters
    ----------
    concentration : array-like of shape (n,)
        Concentrations, in any order; at least six different ones.
    response : array-like of shape (n,)
        What was measured at each: the place of a peak for instance. It may rise or fall.

    Returns
    -------
    float
        The inflection point c of a + b / (1 + exp(−(x − c) / w)), w > 0, of least squares.

    Raises
    ------
    InputError
        For too few or unequal numbers, NaN, a response without a transition, or one that turns outside the
        concentrations.

    References
    ----------
    .. [1] J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong, "Imbalanced spectral data analysis using
       data augmentation based on the generative adversarial network", Scientific Reports 14, 2024,
       doi:10.1038/s41598-024-63285-4; "Data collection of Pluronic F-127 hydrogel libraries".

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.datasets import sigmoid_inflection
    >>> x = np.linspace(0, 30, 40)
    >>> round(sigmoid_inflection(x, 5 - 3 / (1 + np.exp(-(x - 18.9) / 2))), 3)
    18.9
    """
    from scipy.optimize import least_squares

    x, y = _series(concentration, response)
    low, reach = x.min(), float(np.ptp(x))
    scaled = (x - low) / reach
    # In units of its own, or a response of millionths looks fitted before it is.
    spread = float(y.std())
    y = (y - y.mean()) / (spread if spread > 0 else 1.0)
    best: tuple[float, float, float] | None = None
    for turn in np.linspace(0.02, 0.98, 49):
        for width in (0.005, 0.02, 0.05, 0.1, 0.2):
            error = float((_left(scaled, y, turn, width) ** 2).sum())
            if best is None or error < best[0]:
                best = error, turn, width
    assert best is not None
    fit = least_squares(
        lambda p: _left(scaled, y, p[0], np.exp(p[1])),
        (best[1], np.log(best[2])),
        bounds=((-1.0, np.log(1e-4)), (2.0, np.log(2.0))),
        xtol=1e-12,
        ftol=1e-12,
    )
    _explained(2 * float(fit.cost), y, "a sigmoid")
    turn = float(fit.x[0])
    if not 0 < turn < 1:
        raise InputError(
            "response",
            f"the sigmoid turns at {low + turn * reach:g}, outside the concentrations {low:g} to {low + reach:g}",
            "measure further, or label by rule 'lines'",
        )
    return float(low + turn * reach)


def line_crossing(concentration: ArrayLike, response: ArrayLike) -> float:
    """Fit two lines to a response over concentrations, one to each end, and return where they cross.

    Parameters
    ----------
    concentration : array-like of shape (n,)
        Concentrations, in any order; at least six different ones.
    response : array-like of shape (n,)
        What was measured at each.

    Returns
    -------
    float
        Concentration at which the two lines cross.

    Raises
    ------
    InputError
        For too few or unequal numbers, NaN, lines that are parallel, or that cross outside the concentrations.

    Notes
    -----
    The concentrations are cut in two, three different ones on each side at least, where the squared errors of two
    regression lines are smallest together. Chung et al. 2024 do not say how their series is cut.

    References
    ----------
    .. [1] J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong, "Imbalanced spectral data analysis using
       data augmentation based on the generative adversarial network", Scientific Reports 14, 2024,
       doi:10.1038/s41598-024-63285-4; "Data collection of Alpha-Cyclodextrin hydrogel libraries".

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.datasets import line_crossing
    >>> x = np.linspace(20, 40, 41)
    >>> round(line_crossing(x, np.where(x < 26.6, 1.0, 1.0 + 0.5 * (x - 26.6))), 3)
    26.6
    """
    x, y = _series(concentration, response)
    steps = np.unique(x)
    best: tuple[float, np.ndarray, np.ndarray] | None = None
    for cut in range(_LINE, len(steps) - _LINE + 1):
        low = x < steps[cut]
        lines = [np.polyfit(x[side] - steps[0], y[side], 1) for side in (low, ~low)]
        error = sum(
            float(((np.polyval(line, x[side] - steps[0]) - y[side]) ** 2).sum())
            for line, side in zip(lines, (low, ~low), strict=True)
        )
        if best is None or error < best[0]:
            best = error, lines[0], lines[1]
    assert best is not None
    error, first, second = best
    _explained(error, y, "two lines")
    bend = first[0] - second[0]
    if abs(bend) * np.ptp(x) <= 1e-9 * np.ptp(y):
        raise InputError("response", "the two lines are parallel, so there is no transition", "label by rule 'sigmoid'")
    crossing = float((second[1] - first[1]) / bend + steps[0])
    if not steps[0] < crossing < steps[-1]:
        raise InputError(
            "response",
            f"the lines cross at {crossing:g}, outside the concentrations {steps[0]:g} to {steps[-1]:g}",
            "label by rule 'sigmoid', or measure further",
        )
    return crossing


RULES: dict[str, Callable[[ArrayLike, ArrayLike], float]] = {"sigmoid": sigmoid_inflection, "lines": line_crossing}
"""Rule to the function that finds the transition."""

_RESPONSES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "position": lambda rows: rows.argmax(axis=1).astype(np.float64),
    "height": lambda rows: rows.max(axis=1),
    "mean": lambda rows: rows.mean(axis=1),
}


def spectrum_response(spectra: ArrayLike, kind: str = "position") -> np.ndarray:
    """Reduce every spectrum to the number that a dilution series is followed by.

    Parameters
    ----------
    spectra : array-like of shape (n, n_points) or (n, 1, n_points)
        Spectra of one channel.
    kind : {"position", "height", "mean"}, default="position"
        The point of the largest value, that value, or the mean. Chung et al. 2024 name none; a sensor's resonance
        moves.

    Returns
    -------
    ndarray of shape (n,)
        One number each.

    Raises
    ------
    InputError
        For another kind, or several channels.

    Examples
    --------
    >>> from oversmith.datasets import spectrum_response
    >>> spectrum_response([[0, 5, 1], [2, 1, 0]]).tolist()
    [1.0, 0.0]
    """
    rows = np.asarray(spectra, dtype=np.float64)
    if kind not in _RESPONSES:
        raise InputError("kind", f"{kind!r} found", f"choose from {', '.join(map(repr, _RESPONSES))}")
    if rows.ndim == 3 and rows.shape[1] == 1:
        rows = rows[:, 0]
    if rows.ndim != 2 or not rows.size:
        raise InputError("spectra", f"shape {rows.shape} found", "give (n, points) or (n, 1, points)")
    return _RESPONSES[kind](rows)


def label_dilution(
    concentration: ArrayLike,
    response: ArrayLike,
    *,
    rule: Rule = "sigmoid",
    series: ArrayLike | None = None,
    labels: tuple[str, str] = ("solution", "gel"),
) -> tuple[np.ndarray, dict[Any, float]]:
    """Label the members of dilution series by the side of the transition they lie on.

    Parameters
    ----------
    concentration, response : array-like of shape (n,)
        Concentration of each member, and what was measured.
    rule : {"sigmoid", "lines"}, default="sigmoid"
        The transition: :func:`sigmoid_inflection` (Pluronic F-127 in Chung et al. 2024) or :func:`line_crossing`
        (α-cyclodextrin).
    series : array-like of shape (n,), optional
        Series of each member, such as its sensor: every series has a transition of its own. One series by default.
    labels : (str, str), default=("solution", "gel")
        Below the transition, and from it on.

    Returns
    -------
    y : ndarray of str, shape (n,)
        The labels.
    transitions : dict
        Series to the concentration of its transition.

    Raises
    ------
    InputError
        For an unknown rule, and what the rule refuses; the message names the series.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.datasets import label_dilution
    >>> x = np.arange(10.0)
    >>> y, transitions = label_dilution(x, 1 / (1 + np.exp(-(x - 6.5) / 0.3)))
    >>> y.tolist().count("gel"), {name: round(at, 2) for name, at in transitions.items()}
    (3, {0: 6.5})
    """
    if rule not in RULES:
        raise InputError("rule", f"{rule!r} found", f"choose from {', '.join(map(repr, RULES))}")
    x, y = np.asarray(concentration, dtype=np.float64), np.asarray(response, dtype=np.float64)
    of = np.zeros(x.shape, dtype=int) if series is None else np.asarray(series)
    if not x.shape == y.shape == of.shape:
        raise InputError(
            "response", f"shapes {x.shape}, {y.shape} and {of.shape} found", "give one number to each member"
        )
    transitions: dict[Any, float] = {}
    gel = np.zeros(len(x), dtype=bool)
    for name in np.unique(of).tolist():
        mine = of == name
        try:
            transitions[name] = RULES[rule](x[mine], y[mine])
        except InputError as error:
            raise InputError("series", f"{name!r}: {error.argument}: {error.finding}", error.cure) from error
        gel[mine] = x[mine] >= transitions[name]
    return np.where(gel, labels[1], labels[0]), transitions


def _series(concentration: ArrayLike, response: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.asarray(concentration, dtype=np.float64), np.asarray(response, dtype=np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise InputError(
            "response", f"shape {y.shape} found for concentrations of shape {x.shape}", "give one number each"
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise InputError("response", "NaN or infinity found among concentrations or responses", "leave those out")
    if len(np.unique(x)) < _LEAST:
        raise InputError(
            "concentration",
            f"{len(np.unique(x))} different values found",
            f"give at least {_LEAST}, which a transition needs",
        )
    return x, y


def _left(x: np.ndarray, y: np.ndarray, turn: float, width: float) -> np.ndarray:
    """Return what the best sigmoid of this turn and width leaves over."""
    rise = 0.5 * (1 + np.tanh((x - turn) / (2 * width)))
    design = np.column_stack([np.ones_like(x), rise])
    return np.asarray(design @ np.linalg.lstsq(design, y, rcond=None)[0] - y)


def _explained(error: float, y: np.ndarray, what: str) -> None:
    total = float(((y - y.mean()) ** 2).sum())
    if total <= 1e-20 * float((y**2).sum()) or error > (1 - _EXPLAINED) * total:
        share = 0.0 if total == 0 else max(0.0, 1 - error / total)
        raise InputError(
            "response",
            f"{what} explains {100 * share:.0f} % of its variance, so no transition is seen",
            "choose another response, or label by hand",
        )
