"""Two-dimensional pictures of real and generated rows, fitted on all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oversmith.exceptions import InputError
from oversmith.plot._style import PALETTE, new_axes, shorten, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Colour, mark, opacity, size, layer: the majority lies below; the few real minority rows stay visible on top.
_GROUPS = {
    "majority": ("blue", "o", 0.3, 12, 2),
    "minority": ("green", "^", 0.9, 20, 4),
    "generated": ("orange", "x", 0.8, 16, 3),
}
# With fewer marks they hardly overlap, and faint ones cannot be seen.
_SPARSE = 300


def embed(
    groups: Mapping[str, ArrayLike], *, method: str = "pca", random_state: int = 0, perplexity: float = 30.0
) -> dict[str, NDArray[np.float64]]:
    """Project several groups of rows into one plane, fitted on all groups together.

    Parameters
    ----------
    groups : mapping of str to array-like of shape (n, d)
        Encoded numeric rows.
    method : {"pca", "tsne"}, default="pca"
        Principal components (deterministic) or t-SNE started from them.
    random_state : int, default=0
        Seed of t-SNE.
    perplexity : float, default=30.0
        Perplexity of t-SNE; lowered to a third of the rows when there are few.

    Returns
    -------
    dict of str to ndarray of shape (n, 2)

    Raises
    ------
    InputError
        The method is unknown.

    Examples
    --------
    >>> from oversmith.plot import embed
    >>> plane = embed({"majority": [[0, 0, 0], [1, 2, 0]], "minority": [[4, 9, 1]]})
    >>> plane["majority"].shape, plane["minority"].shape
    ((2, 2), (1, 2))
    """
    if method not in ("pca", "tsne"):
        raise InputError("method", f"{method!r} is not an embedding", 'use "pca" or "tsne"')
    from threadpoolctl import threadpool_limits

    names = list(groups)
    parts = [np.asarray(groups[name], dtype=np.float64) for name in names]
    rows = np.concatenate([part.reshape(len(part), -1) for part in parts])
    centred = rows - rows.mean(axis=0)
    # One thread: the picture is then the same whatever the machine offers, and busy cores do not stall it.
    with threadpool_limits(1):
        plane = _plane(centred)
        if method == "tsne" and len(rows) > 3:
            plane = _tsne(centred, plane, random_state=random_state, perplexity=perplexity)
    return dict(zip(names, np.split(plane, np.cumsum([len(part) for part in parts])[:-1]), strict=True))


def _plane(centred: NDArray[np.float64]) -> NDArray[np.float64]:
    """First two principal components."""
    left, size, right = np.linalg.svd(centred, full_matrices=False)
    plane = np.zeros((len(centred), 2))
    plane[:, : min(2, len(size))] = (left * size)[:, :2]
    # The sign of a component is arbitrary: the largest weight of each is chosen positive, the same on every machine.
    for axis in range(min(2, len(right))):
        if right[axis, np.argmax(np.abs(right[axis]))] < 0:
            plane[:, axis] *= -1
    return plane


def _tsne(
    centred: NDArray[np.float64], plane: NDArray[np.float64], *, random_state: int, perplexity: float
) -> NDArray[np.float64]:
    from sklearn.manifold import TSNE

    spread = plane[:, 0].std() or 1.0
    model = TSNE(
        init=(plane / spread * 1e-4).astype(np.float32),
        learning_rate="auto",
        perplexity=min(perplexity, (len(plane) - 1) / 3),
        random_state=random_state,
        max_iter=500,
    )
    points: NDArray[np.float64] = model.fit_transform(centred.astype(np.float32)).astype(np.float64)
    return points


def embedding(
    points: Mapping[str, ArrayLike],
    *,
    names: Mapping[str, str] | None = None,
    rasterize_above: int = 1000,
    ax: Axes | None = None,
) -> Axes:
    """Draw projected rows: majority blue dots below, real minority green triangles, generated orange crosses.

    Parameters
    ----------
    points : mapping of str to array-like of shape (n, 2)
        Any of ``"majority"``, ``"minority"`` and ``"generated"``, as returned by :func:`embed`.
    names : mapping of str to str, optional
        What the legend calls the groups.
    rasterize_above : int, default=1000
        With more marks than this the clouds become pixels in a vector file; text stays text.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from oversmith.plot import embedding
    >>> ax = embedding({"majority": [[0, 0], [1, 2]], "generated": [[4, 9]]}, ax=Figure().subplots())
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['majority (2)', 'generated (1)']
    """
    names = names or {}
    clouds = {name: np.asarray(points[name], dtype=np.float64) for name in _GROUPS if name in points}
    total = sum(len(cloud) for cloud in clouds.values())
    with style():
        ax = new_axes(ax, (4.8, 4.2))
        handles = []
        for name, cloud in clouds.items():
            colour, marker, alpha, size, layer = _GROUPS[name]
            ax.scatter(
                cloud[:, 0],
                cloud[:, 1],
                s=size if total <= rasterize_above else size * 0.6,
                c=PALETTE[colour],
                marker=marker,
                alpha=alpha if total > _SPARSE else max(alpha, 0.7),
                linewidths=1.0 if marker == "x" else 0,
                rasterized=total > rasterize_above,
                zorder=layer,
            )
            # A vector artist between two clouds keeps each cloud an image of its own in an SVG file.
            label = f"{shorten(names.get(name, name))} ({len(cloud):,})"
            handles += ax.plot([], [], marker, color=PALETTE[colour], label=label, zorder=layer + 0.5)
        ax.set(xticks=[], yticks=[])
        ax.spines[["left", "bottom"]].set_visible(False)
        ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=1, handlelength=1)
    return ax
