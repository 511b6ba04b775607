"""Size and structure of the package against its guide figures; exits with 1 where one is missed.

    python benchmarks/house.py

Counts files, lines, constructor parameters, import circles and names to avoid, and follows one warm
``EOWGAN.fit_resample`` and one page of a small comparison through the files of the package.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "oversmith"
#: Names that say nothing about what a variable holds.
EMPTY_NAMES = ("told", "found", "made", "place", "kept", "asked")
#: Papers are cited by authors and year.
NUMBERED = re.compile(r"documents? 00\d", re.IGNORECASE)


@dataclass
class Figure:
    """One guide figure: what was measured, and the most it should be where there is a goal."""

    name: str
    value: float
    goal: float | None = None
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the value is within the goal."""
        return self.goal is None or self.value <= self.goal


@dataclass
class Trace:
    """Files of the package that a call passes through; a call into another file and its return are two moves."""

    files: set[str] = field(default_factory=set)
    functions: set[tuple[str, str]] = field(default_factory=set)
    moves: int = 0

    def follow(self, call: Callable[[], Any]) -> Any:
        """Run a call and record it."""
        stack: list[str] = []

        def profile(frame: FrameType, event: str, _: Any) -> None:
            name = frame.f_code.co_filename
            if event not in ("call", "return") or not name.startswith(str(PACKAGE)):
                return
            if event == "call":
                self.files.add(name)
                self.functions.add((name, frame.f_code.co_qualname))
                self.moves += bool(stack) and stack[-1] != name
                stack.append(name)
            elif stack:
                stack.pop()
                self.moves += bool(stack) and stack[-1] != name

        sys.setprofile(profile)
        try:
            return call()
        finally:
            sys.setprofile(None)


def modules() -> dict[Path, tuple[str, ast.Module]]:
    """Text and syntax tree of every module."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    return {path: (text, ast.parse(text)) for path, text in texts.items()}


def docstring_lines(tree: ast.Module) -> int:
    """Lines that docstrings take."""
    lines = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                lines += (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def empty_names(tree: ast.Module) -> Iterator[str]:
    """Every assignment to, or parameter with, a name that says nothing."""
    for node in ast.walk(tree):
        name = node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else None
        name = node.arg if isinstance(node, ast.arg) else name
        if name in EMPTY_NAMES:
            yield name


def circles() -> list[list[str]]:
    """Find the groups of modules that import one another, directly or through others."""
    import grimp
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    graph = grimp.build_graph("oversmith", cache_dir=None)
    names = sorted(graph.modules)
    index = {name: i for i, name in enumerate(names)}
    pairs = [(index[a], index[b]) for a in names for b in graph.find_modules_directly_imported_by(a)]
    rows, columns = zip(*pairs, strict=True)
    links = csr_array((np.ones(len(pairs), dtype=bool), (rows, columns)), shape=(len(names), len(names)))
    _, group = connected_components(links, connection="strong")
    return [[names[i] for i in np.flatnonzero(group == g)] for g in np.unique(group) if (group == g).sum() > 1]


def fit() -> Trace:
    """Follow one warm fit on 102 rows of four columns."""
    import numpy as np

    import oversmith

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(102, 4)), np.repeat([0, 1], [90, 12])
    oversmith.EOWGAN(max_steps=20, random_state=0).fit_resample(X, y)
    trace = Trace()
    trace.follow(lambda: oversmith.EOWGAN(max_steps=20, random_state=0).fit_resample(X, y))
    return trace


def page() -> Trace:
    """Follow the page of a comparison that has been run."""
    import oversmith
    from oversmith.report import render

    X, y = oversmith.load_demo(return_X_y=True)
    results = oversmith.compare(X, y, methods=["jitter"], classifiers=["lr", "knn"], folds=2, n_jobs=1)
    trace = Trace()
    trace.follow(lambda: render(results.to_dict()))
    return trace


def figures() -> Iterator[Figure]:
    """All figures, in the order in which they are printed."""
    import oversmith
    from oversmith._registry import METHODS
    from oversmith.samplers._network import NetworkSampler

    parsed = modules()
    lengths = {path: text.count("\n") for path, (text, _) in parsed.items()}
    documented = sum(docstring_lines(tree) for _, tree in parsed.values())
    blank = sum(
        1 for text, _ in parsed.values() for line in text.splitlines() if not line.strip() or line.strip()[0] == "#"
    )
    yield Figure("files", len(parsed), 230)
    yield Figure("lines", sum(lengths.values()), 48_000)
    yield Figure("lines of docstrings", documented)
    yield Figure("lines of code", sum(lengths.values()) - documented - blank, note="without blank lines and comments")
    longest = max(lengths, key=lambda path: lengths[path])
    yield Figure("longest file, lines", lengths[longest], 400, str(longest.relative_to(PACKAGE)))

    counts = {m.name: len(inspect.signature(getattr(oversmith, m.name)).parameters) for m in METHODS.values()}
    most = sorted(counts, key=lambda name: -counts[name])
    yield Figure("parameters of a method, most", counts[most[0]], 20, ", ".join(f"{n} {counts[n]}" for n in most[:3]))
    own = [
        name for name, value in vars(NetworkSampler).items() if inspect.isroutine(value) or isinstance(value, property)
    ]
    # scikit-learn makes a method for the metadata of every fit.
    written = [name for name in own if not re.fullmatch(r"__.*|set_.*_request", name)]
    yield Figure("methods of NetworkSampler", len(written), 20)

    trace = fit()
    yield Figure("files of a warm EOWGAN.fit_resample", len(trace.files), 12, f"{len(trace.functions)} functions")
    yield Figure("moves between files of that fit", trace.moves, 150)
    yield Figure("files of a report page", len(page().files), 25)

    groups = circles()
    packages = "; ".join(", ".join(name.removeprefix("oversmith.") for name in group) for group in groups)
    yield Figure("import circles", len(groups), 0, packages)
    names = [name for _, tree in parsed.values() for name in empty_names(tree)]
    by_name = ", ".join(f"{name} {names.count(name)}" for name in EMPTY_NAMES if name in names)
    yield Figure("names that say nothing", len(names), 0, by_name)
    yield Figure("papers cited by a number", sum(len(NUMBERED.findall(text)) for text, _ in parsed.values()), 0)


def main() -> int:
    """Print the table."""
    print(f"{'figure':40}{'value':>9}{'goal':>9}")
    missed = 0
    for figure in figures():
        goal = "" if figure.goal is None else f"{figure.goal:,}"
        mark = "" if figure.met else "*"
        missed += not figure.met
        print(f"{figure.name:40}{figure.value:>9,}{goal:>9} {mark:2}{figure.note}".rstrip(), flush=True)
    print(f"\n{missed} goals missed (*)" if missed else "\nEvery goal is met")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
