"""Real and generated rows in the plane."""

from __future__ import annotations

from typing import Any

import numpy as np

from oversmith.evaluation import Comparison
from oversmith.plot import embed, embedding
from oversmith.report.picture import Picture, canvas, signed_number, to_svg

_PCA_ROWS, _TSNE_ROWS = 3000, 600
_PERPLEXITY = 30


def collect(comparison: Comparison, shown: list[str]) -> dict[str, Any]:
    """Project real and generated rows into a plane; contenders that share their real rows share one fit.

    Parameters
    ----------
    comparison : Comparison
        What was recorded.
    shown : list of str
        Contenders to show.

    Returns
    -------
    dict
        ``perplexity``, ``seed`` and ``contenders``, each with ``title`` and ``planes``.
    """
    shown = [name for name in shown if len(comparison.embedding.get(name, {}).get("synthetic", ()))]
    if not shown:
        return {"perplexity": _PERPLEXITY, "seed": 0, "contenders": []}
    titles = {entry["name"]: entry["title"] for entry in comparison.contenders}
    seed = int(comparison.protocol.get("seed") or 0) % 2**32
    entries: list[dict[str, Any]] = [{"contender": name, "title": titles[name], "planes": {}} for name in shown]
    first = comparison.embedding[shown[0]]
    same = all(np.array_equal(comparison.embedding[name]["real"], first["real"]) for name in shown)
    for batch in [entries] if same else [[entry] for entry in entries]:
        for method, most in (("pca", _PCA_ROWS), ("tsne", _TSNE_ROWS)):
            groups = _real_groups(comparison, comparison.embedding[batch[0]["contender"]], most)
            for entry in batch:
                generated = comparison.embedding[entry["contender"]]["synthetic"]
                groups[entry["contender"]] = _sample(np.asarray(generated, dtype=np.float64), most)
            planes = embed(groups, method=method, random_state=seed, perplexity=_PERPLEXITY)
            for entry in batch:
                names = {"majority": "majority", "minority": "minority", "generated": entry["contender"]}
                entry["planes"][method] = {group: planes[name].round(3) for group, name in names.items()}
    return {"perplexity": _PERPLEXITY, "seed": seed, "contenders": entries}


def _real_groups(comparison: Comparison, entry: dict[str, np.ndarray], most: int) -> dict[str, np.ndarray]:
    classes, counts = comparison.data.get("classes", []), comparison.data.get("counts", {})
    positive = comparison.data.get("positive")
    real, label = np.asarray(entry["real"], dtype=np.float64), np.asarray(entry["label"])
    if positive in classes:
        minority = label == classes.index(positive)
    else:
        minority = label != max(range(len(classes)), key=lambda code: counts.get(classes[code], 0))
    return {"majority": _sample(real[~minority], most), "minority": _sample(real[minority], most)}


def _sample(rows: np.ndarray, most: int) -> np.ndarray:
    if len(rows) <= most:
        return rows
    return rows[np.sort(np.random.default_rng(0).permutation(len(rows))[:most])]


def draw(planes: dict[str, Any], data: dict[str, Any]) -> list[tuple[str, list[Picture]]]:
    """Draw the planes of each contender.

    Parameters
    ----------
    planes : dict
        From :func:`collect`.
    data : dict
        Description of the data.

    Returns
    -------
    list of (str, list of Picture)
        Contender by contender, principal components and t-SNE.
    """
    names = _group_names(data)
    sections = []
    for number, entry in enumerate(planes["contenders"]):
        pictures = []
        for method, groups in entry["planes"].items():
            uid = f"embedding-{number}-{method}"
            name = "Principal components" if method == "pca" else "t-SNE"
            sizes = ", ".join(f"{len(groups[group]):,} {group}" for group in groups)
            title = f"{name} of real rows and of {entry['title']}"
            with canvas(4.8, 4.3) as figure:
                ax = embedding(groups, names=names, ax=figure.subplots())
                ax.set_title(name)
                svg = to_svg(figure, uid=uid, title=title, description=f"Rows: {sizes}.")
            caption = (
                "The two directions of largest spread, fitted on all real and generated rows together."
                if method == "pca"
                else f"t-SNE, perplexity {planes['perplexity']}, seed {planes['seed']}, fitted on all real and "
                "generated rows together. Distances between clusters have no meaning."
            )
            rows = [[names.get(group, group), f"{len(points):,}", *_centre(points)] for group, points in groups.items()]
            columns = ["group", "rows", "mean, horizontal", "mean, vertical"]
            pictures.append(Picture(uid, svg, caption, columns, rows))
        sections.append((entry["title"], pictures))
    return sections


def _group_names(data: dict[str, Any]) -> dict[str, str]:
    classes, positive = data["classes"], data.get("positive")
    if len(classes) == 2 and positive is not None:
        other = next((entry["name"] for entry in classes if entry["name"] != positive), "")
        return {"majority": f"real {other}", "minority": f"real {positive}", "generated": "generated"}
    return {"majority": "real, largest class", "minority": "real, other classes", "generated": "generated"}


def _centre(points: list[list[float]]) -> list[str]:
    if not points:
        return ["–", "–"]
    return [signed_number(sum(point[axis] for point in points) / len(points)) for axis in (0, 1)]
