"""Quality of synthetic rows: how real they look, what they miss, what they copy, where they trespass.

Kept apart from scores: none of these numbers measures whether the rows help a classifier, and none enters a ranking.
"""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from oversmith._card import card
from oversmith.exceptions import InputError
from oversmith.metrics._mixed import Space, aligned
from oversmith.metrics.copies import CopyCheck, boundary_share, copy_check
from oversmith.metrics.resemblance import (
    NEIGHBOURS,
    TwoSample,
    column_shapes,
    density_coverage,
    pair_trends,
    two_sample_test,
)

_MANY = 20


@dataclass(frozen=True)
class Quality:
    """Quality of the synthetic rows of one class.

    Parameters
    ----------
    n_real, n_synthetic, n_unseen : int
        Rows.
    shapes : dict of str to float
        As :func:`column_shapes`; ``shape`` is their mean.
    shape, trends : float
        Mean shape, and :func:`pair_trends`.
    two_sample : TwoSample or None
        As :func:`two_sample_test`; None with fewer than five rows.
    density, coverage : float
        As :func:`density_coverage`, against the training rows; NaN with too few of them.
    density_unseen, coverage_unseen : float
        The same of unseen real rows, as many as there are.
    copies : CopyCheck
        As :func:`copy_check`.
    boundary, boundary_unseen : float
        As :func:`boundary_share`, of synthetic and of unseen real rows.
    warnings : tuple of str
        What is clearly worse than unseen real rows are.
    """

    n_real: int
    n_synthetic: int
    n_unseen: int
    shapes: dict[str, float]
    shape: float
    trends: float
    two_sample: TwoSample | None
    density: float
    coverage: float
    density_unseen: float
    coverage_unseen: float
    copies: CopyCheck
    boundary: float
    boundary_unseen: float
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Turn it into plain values."""
        return asdict(self)

    def _repr_html_(self) -> str:
        """Card for a notebook."""
        copies = self.copies
        rows = [
            ("columns alike (shape)", self.shape, 1.0),
            ("pairs of columns alike (trends)", self.trends, 1.0),
            ("density", self.density, self.density_unseen),
            ("coverage", self.coverage, self.coverage_unseen),
            ("exact copies of training rows", copies.exact, copies.exact_unseen),
            ("too near to a training row", copies.too_near, copies.too_near_unseen),
            ("among rows of another class", self.boundary, self.boundary_unseen),
        ]
        if self.two_sample is not None:
            rows.insert(2, ("told from unseen rows (area)", self.two_sample.auc, 0.5))
        return card(
            f"Quality of {self.n_synthetic} synthetic rows, from {self.n_real} real ones",
            ["Nothing is clearly worse than unseen real rows are."] if not self.warnings else [],
            columns=("", "synthetic", "unseen real rows, or the best there is"),
            rows=rows,
            caption="None of these numbers says whether the rows help a classifier",
            notes=self.warnings,
        )


class QualityReport(dict[str, Quality]):
    """Quality of the synthetic rows by class, a card each in a notebook."""

    def _repr_html_(self) -> str:
        """Cards for a notebook."""
        return "".join(f"<h4>{html.escape(str(name))}</h4>{part._repr_html_()}" for name, part in self.items())


def quality_report(
    X_train: pd.DataFrame,
    y_train: ArrayLike,
    X_synthetic: pd.DataFrame,
    y_synthetic: ArrayLike,
    X_unseen: pd.DataFrame,
    y_unseen: ArrayLike,
    *,
    random_state: int = 0,
) -> QualityReport:
    """Compare the synthetic rows of each class with real rows that were not used for training.

    Every number has to be read beside that of unseen real rows of the class: a generator that is nearer to the
    training rows than they are copies, one that covers less has collapsed, one that lies more among other classes
    trespasses.

    Parameters
    ----------
    X_train, X_synthetic, X_unseen : DataFrame
        Training rows, generated rows and held-out real rows, with the same columns.
    y_train, y_synthetic, y_unseen : array-like
        Their classes.
    random_state : int, default=0
        Seed.

    Returns
    -------
    QualityReport
        A dictionary: class with synthetic rows to :class:`Quality`, with warnings: shapes below 0.7; a classifier that
        tells the rows from unseen ones with an area surely above 0.9; coverage below seven tenths of that of equally
        many unseen rows (half, where these are fewer than twenty); ten points more exact, near or too near rows than
        unseen ones; twenty points more rows among another class.

    Raises
    ------
    InputError
        When parts do not fit together, or a class has fewer than three training rows or no unseen one.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from oversmith.metrics import quality_report
    >>> rng = np.random.default_rng(0)
    >>> train, unseen = (pd.DataFrame(rng.normal(size=(80, 3))) for _ in range(2))
    >>> y = np.repeat([0, 1], 40)
    >>> constant = pd.DataFrame(np.zeros((40, 3)))
    >>> quality_report(train, y, constant, np.ones(40, int), unseen, y)["1"].shape < 0.6
    True
    """
    parts = []
    for name, X, y in (
        ("train", X_train, y_train),
        ("synthetic", X_synthetic, y_synthetic),
        ("unseen", X_unseen, y_unseen),
    ):
        labels = np.asarray(y)
        if labels.shape != (len(X),):
            raise InputError(f"y_{name}", f"shape {labels.shape} found beside {len(X)} rows", "give one label per row")
        parts.append((aligned(X_train, X)[1], labels))
    (train, of_train), (synthetic, of_synthetic), (unseen, _) = parts
    space = Space(train)
    encoded = [space(part) for part in (train, synthetic, unseen)]
    report = QualityReport()
    for label in np.unique(of_synthetic):
        rows = [labels == label for _, labels in parts]
        counts = [int(part.sum()) for part in rows]
        if counts[0] < 3 or not counts[2]:
            raise InputError(
                "y_train",
                f"class {label} has {counts[0]} training and {counts[2]} unseen rows",
                "three and one are needed",
            )
        own = [part[chosen] for part, chosen in zip((train, synthetic, unseen), rows, strict=True)]
        codes = [part[chosen] for part, chosen in zip(encoded, rows, strict=True)]
        report[str(label)] = _of_class(own, codes, encoded[0], of_train, label, random_state)
    return report


def _of_class(
    own: list[pd.DataFrame], codes: list[np.ndarray], all_train: np.ndarray, y: np.ndarray, label: Any, seed: int
) -> Quality:
    train, generated, unseen = own
    real = pd.concat([train, unseen], ignore_index=True)
    shapes = column_shapes(real, generated)
    k = min(NEIGHBOURS, len(train) - 1)
    # As many synthetic as unseen rows: coverage grows with their number.
    few = codes[1]
    if len(few) > len(unseen):
        few = few[np.sort(np.random.default_rng(seed).choice(len(few), len(unseen), replace=False))]
    density, coverage = density_coverage(codes[0], few, k)
    density_unseen, coverage_unseen = density_coverage(codes[0], codes[2], k)
    judged = two_sample_test(codes[2], codes[1], random_state=seed) if min(len(unseen), len(generated)) >= 5 else None
    copies = copy_check(train, generated, unseen)
    boundary, boundary_unseen = (boundary_share(all_train, y, part, label) for part in codes[1:])
    shape = float(np.mean(list(shapes.values())))
    warnings = [
        (shape < 0.7, f"columns are distributed otherwise (shape {shape:.2f})"),
        (judged is not None and judged.low > 0.9, "a classifier tells them from unseen rows"),
        (
            coverage < (0.7 if len(unseen) >= _MANY else 0.5) * coverage_unseen,
            f"they cover {coverage:.0%} of the class where unseen rows cover {coverage_unseen:.0%}",
        ),
        (copies.exact > copies.exact_unseen + 0.1, f"{copies.exact:.0%} equal training rows"),
        (
            copies.near > copies.near_unseen + 0.1 or copies.too_near > copies.too_near_unseen + 0.1,
            f"{copies.too_near:.0%} lie nearer to training rows than 95 % of these to each other, of unseen rows "
            f"{copies.too_near_unseen:.0%}",
        ),
        (
            boundary > boundary_unseen + 0.2,
            f"{boundary:.0%} lie among another class, of unseen rows {boundary_unseen:.0%}",
        ),
    ]
    return Quality(
        n_real=len(train),
        n_synthetic=len(generated),
        n_unseen=len(unseen),
        shapes=shapes,
        shape=shape,
        trends=pair_trends(real, generated),
        two_sample=judged,
        density=density,
        coverage=coverage,
        density_unseen=density_unseen,
        coverage_unseen=coverage_unseen,
        copies=copies,
        boundary=boundary,
        boundary_unseen=boundary_unseen,
        warnings=tuple(text for wrong, text in warnings if wrong),
    )
