"""Toy data with a known answer, and numbers that say how near generated rows come to it.

Shared by the tests of all samplers: ``from toys import ring, modes_covered``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import clone


def build(kind: type, **parameters: object) -> object:
    """Make a sampler of flat parameters, also those of groups: ``stop__patience=3``."""
    return kind().set_params(**parameters)


def leaves(sampler: object) -> set[str]:
    """Names of the parameters that are no groups, and of those of the groups."""
    return {name for name in sampler.get_params() if name not in sampler._parameter_groups}


# The ring: neighbouring modes are 3.06 apart, 20 standard deviations of a mode.
RADIUS = 4.0
MODE_SD = 0.15
# A row belongs to a mode when it is this near to its centre: five standard deviations.
REACH = 0.75


def ring_centres(modes: int = 8) -> np.ndarray:
    """Centres of the ring's modes, shape (modes, 2)."""
    angle = 2 * np.pi * np.arange(modes) / modes
    return RADIUS * np.column_stack([np.cos(angle), np.sin(angle)])


def ring(seed: int, n_majority: int = 400, n_minority: int = 96, modes: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Minority (label 1) on small Gaussians on a circle, equally many rows each, in a wide majority (label 0)."""
    rng = np.random.default_rng(seed)
    wide = rng.normal(0, RADIUS / 2, (n_majority, 2))
    small = ring_centres(modes)[np.arange(n_minority) % modes] + rng.normal(0, MODE_SD, (n_minority, 2))
    return np.concatenate([wide, small]), np.repeat([0, 1], [n_majority, n_minority])


def mode_shares(made: np.ndarray, modes: int = 8, reach: float = REACH) -> np.ndarray:
    """Share of the rows within ``reach`` of each mode of the ring; rows between modes count for none."""
    distance = np.linalg.norm(np.asarray(made)[:, None] - ring_centres(modes), axis=2)
    return (distance < reach).mean(axis=0)


def modes_covered(made: np.ndarray, modes: int = 8, reach: float = REACH) -> int:
    """Count the modes of the ring that got at least a quarter of an equal share of the rows."""
    return int((mode_shares(made, modes, reach) >= 0.25 / modes).sum())


def mode_share_error(made: np.ndarray, modes: int = 8, reach: float = REACH) -> float:
    """Largest difference between a mode's share of the rows and an equal share."""
    return float(np.abs(mode_shares(made, modes, reach) - 1 / modes).max())


def waves(n=(40, 20), length=24, seed=0):
    """Sine waves of one channel, class ``"a"`` and, upside down, class ``"b"``, whose phases differ a little."""
    rng = np.random.default_rng(seed)
    y = np.repeat(["a", "b"], n)
    when = np.linspace(0, 2 * np.pi, length)
    X = np.where(y == "a", 1.0, -1.0)[:, None, None] * np.sin(when + rng.normal(scale=0.3, size=(len(y), 1, 1)))
    return (X + rng.normal(scale=0.05, size=X.shape)).astype(np.float32), y


def spectra(counts=(40, 6), length=24, apart=4.0, seed=0):
    """Peaks whose place tells the class."""
    rng = np.random.default_rng(seed)
    y = np.repeat(np.array(["gel", "sol", "mix"])[: len(counts)], counts)
    centre = length / 3 + apart * np.unique(y, return_inverse=True)[1] + rng.normal(scale=0.7, size=len(y))
    X = np.exp(-((np.arange(length) - centre[:, None]) ** 2) / 8)
    return (X + rng.normal(scale=0.05, size=X.shape))[:, None].astype(np.float32), y


NUMBERS = ["pressure", "flow", "count"]


def mixed_table(seed: int, n_majority: int = 400, n_minority: int = 100) -> tuple[pd.DataFrame, pd.Series]:
    """Two correlated numbers, a count and a level, each with another law in the ``"rare"`` class.

    In the ``"rare"`` class ``pressure`` and ``flow`` correlate with 0.8, in the ``"common"`` class with -0.5; the
    levels of ``state`` follow ``pressure`` (correlation of the latent number 0.8) with shares 0.6, 0.3, 0.1 in the
    common and 0.2, 0.2, 0.6 in the rare class. The classes lie apart: five standard deviations in ``pressure``.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for n, centre, rho, mean_count, cuts in (
        (n_majority, (0.0, 10.0), -0.5, 4.0, (0.6, 0.9)),
        (n_minority, (5.0, 13.0), 0.8, 15.0, (0.2, 0.4)),
    ):
        z = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=n)
        latent = 0.8 * z[:, 0] + 0.6 * rng.normal(size=n)
        level = np.searchsorted(np.quantile(latent, cuts), latent)
        parts.append(
            pd.DataFrame(
                {
                    "pressure": centre[0] + z[:, 0],
                    "flow": centre[1] + 0.5 * z[:, 1],
                    "count": rng.poisson(mean_count, size=n),
                    "state": np.array(["idle", "run", "stop"], dtype=object)[level],
                }
            )
        )
    label = pd.Series(np.repeat(["common", "rare"], [n_majority, n_minority]), name="label")
    return pd.concat(parts, ignore_index=True), label


def three_classes(seed: int, counts: tuple[int, int, int] = (200, 20, 6)) -> tuple[np.ndarray, np.ndarray]:
    """Three round Gaussians in three columns, labels ``"a"``, ``"b"``, ``"c"``, centres 8 standard deviations apart."""
    rng = np.random.default_rng(seed)
    centres = np.array([[0.0, 0.0, 0.0], [8.0, 0.0, 0.0], [0.0, 8.0, 0.0]])
    X = np.concatenate([rng.normal(c, 1.0, (n, 3)) for c, n in zip(centres, counts, strict=True)])
    return X, np.repeat(["a", "b", "c"], counts)


def own_class_share(made: object, label: object, X: object, y: object) -> float:
    """Share of the made rows whose nearest class centre is that of their class.

    Columns are standardised by all of ``X``, levels one-hot; the centre of a class is the mean of its real rows.
    """
    real, rows = (pd.DataFrame(table) for table in (X, made))
    both = pd.get_dummies(pd.concat([real, rows], ignore_index=True)).to_numpy(dtype=float)
    real_numbers, made_numbers = both[: len(real)], both[len(real) :]
    spread = real_numbers.std(axis=0)
    classes, codes = np.unique(np.asarray(y), return_inverse=True)
    centres = np.stack([real_numbers[codes == code].mean(axis=0) for code in range(len(classes))])
    distance = np.linalg.norm((made_numbers[:, None] - centres) / np.where(spread > 0, spread, 1.0), axis=2)
    return float((classes[distance.argmin(axis=1)] == label).mean())


def correlation_error(made: pd.DataFrame, real: pd.DataFrame, columns: list[str] = NUMBERS) -> float:
    """Largest difference between a correlation of two number columns in the made and in the real rows."""
    difference = made[columns].astype(float).corr() - real[columns].astype(float).corr()
    return float(difference.abs().to_numpy().max())


def level_share_error(made: pd.DataFrame, real: pd.DataFrame, column: str = "state") -> float:
    """Largest difference between a level's share in the made and in the real rows."""
    shares = [rows[column].value_counts(normalize=True) for rows in (made, real)]
    return float(shares[0].sub(shares[1], fill_value=0.0).abs().max())


def level_mean_error(made: pd.DataFrame, real: pd.DataFrame, level: str = "state", number: str = "pressure") -> float:
    """Largest difference between a level's mean of a number in the made and real rows, in SDs of the real rows.

    Tells whether levels and numbers still belong together. A level without a made row counts as infinitely wrong.
    """
    means = [rows.groupby(level, observed=True)[number].mean() for rows in (made, real)]
    difference = means[0].reindex(means[1].index) - means[1]
    return float((difference.abs() / real[number].std()).fillna(np.inf).max())


def on_the_ring(sampler: object, seed: int, n: int = 1000) -> dict[str, float]:
    """Fit a clone to the ring of this seed, draw ``n`` minority rows, and say which modes they cover and how well."""
    made = clone(sampler).set_params(random_state=seed).fit(*ring(seed)).sample(n, 1)
    return {"covered": modes_covered(made), "share_error": mode_share_error(made)}


def on_the_mixed_table(sampler: object, seed: int, n: int = 1000) -> dict[str, float]:
    """Fit a clone to the mixed table of this seed, draw ``n`` rare rows, and compare them with the real rare rows."""
    X, y = mixed_table(seed)
    made, real = clone(sampler).set_params(random_state=seed).fit(X, y).sample(n, "rare"), X[y == "rare"]
    return {
        "own_class": own_class_share(made, "rare", X, y),
        "correlation": correlation_error(made, real),
        "level_share": level_share_error(made, real),
        "level_mean": level_mean_error(made, real),
    }
