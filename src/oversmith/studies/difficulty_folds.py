"""Document 004: its folds and its classifier, and the counts that every fold leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from sklearn.model_selection import KFold

from oversmith.classifiers import DenseClassifier
from oversmith.evaluation.jobs import Job, Outcome
from oversmith.evaluation.jobs import run_soundly as _run_soundly
from oversmith.evaluation.protocol import seed_for
from oversmith.metrics import mmd_test
from oversmith.selection import ThresholdRule, stratified_folds

FOLDS = 5
COUNTS = ("true_rare", "false_rare", "missed_rare", "true_common")
"""What a fold leaves: rows of the minority that were found, others taken for it, those missed, and the rest."""


@dataclass(frozen=True)
class OneFold:
    """One of five folds, the repeat says which: so a run may do the first folds now and the others later.

    Beside the metrics it keeps four counts, of which F1 can be pooled over folds, at 0.5 and at a tuned threshold. Of
    networks it also keeps how long they trained, and the kernel distance of what they made to minority rows of the test
    part.

    Parameters
    ----------
    stratified : bool, default=True
        Cut every class alike, groups kept whole. Otherwise as document 004 does: `KFold` with a shuffle of seed 0,
        which knows neither. A fold without minority rows counts as F1 0; the published code stops at one where none are
        predicted either.

    Examples
    --------
    >>> from oversmith.studies.difficulty_folds import OneFold
    >>> OneFold().name, OneFold(stratified=False).name
    ('a fold of five', 'a fold of five, not stratified')
    """

    stratified: bool = True

    @property
    def name(self) -> str:
        """What tables call it."""
        return f"a fold of five{'' if self.stratified else ', not stratified'}"

    def __call__(self, job: Job) -> Outcome:
        """Do the job on that fold."""
        train, test = self.cut(job)
        task = job.task
        job = replace(job, split=replace(job.split, train=train, test=test), procedure=None)
        outcome = _run_soundly(job)
        rare = task.y[test] == task.positive
        outcome.sizes = {"n_train": len(train), "n_test": len(test), "n_test_positive": int(rare.sum())}
        for row in outcome.predictions:
            outcome.more.setdefault(row["classifier"], {}).update(_counts(task, row))
        for numbers in outcome.more.values():
            numbers |= _looked_at(job, outcome, rare)
        return outcome

    def cut(self, job: Job) -> tuple[np.ndarray, np.ndarray]:
        """Positions of the rows that train and of those that test."""
        task, fold = job.task, job.split.repeat % FOLDS
        if not self.stratified:
            return list(KFold(FOLDS, shuffle=True, random_state=0).split(task.y))[fold]
        named = np.asarray(task.classes, dtype=object)[task.y]
        seed = seed_for(job.split_seed or 0, task, "folds")
        return stratified_folds(named, FOLDS, 1, seed, groups=task.groups)[fold]


def _counts(task: Any, row: dict[str, Any]) -> dict[str, float]:
    """Count hits and misses at 0.5 and, where there is one, at the threshold."""
    found: dict[str, float] = {}
    truth = row["y"] == task.positive
    rules = {"": ThresholdRule(task.positive).predict(row["scores"])}
    if row["threshold"] is not None:
        rules["_tuned"] = np.where(
            row["scores"][:, task.positive] >= row["threshold"], task.positive, 1 - task.positive
        )
    for suffix, predicted in rules.items():
        said = predicted == task.positive
        counts = (truth & said, ~truth & said, truth & ~said, ~truth & ~said)
        found |= {f"{name}{suffix}": float(part.sum()) for name, part in zip(COUNTS, counts, strict=True)}
    return found


def _looked_at(job: Job, outcome: Outcome, rare: np.ndarray) -> dict[str, float]:
    """Ask a trained sampler for its steps, and how far its rows are from minority rows it has not seen."""
    step = outcome.resampling
    if step is None or not getattr(step.sampler_, "n_steps_", None):
        return {}
    found = {"steps": float(max(step.sampler_.n_steps_.values()))}
    made = np.asarray(step.X_)[step.n_before_ :]
    unseen = np.asarray(job.task.X)[job.split.test[rare]]
    if job.task.shape is not None and min(len(made), len(unseen)) > 1:
        parts = [np.asarray(part, dtype=np.float64)[:, None, :] for part in (unseen, made)]
        found["distance"] = mmd_test(*parts, n_permutations=0).mmd
    return found


class DocumentDense(DenseClassifier):
    """The classifier of document 004: ten ReLU units and a sigmoid, 20 epochs at batch 32 of four fifths of the rows.

    All columns are brought to one scale, from -1 for the smallest number of the training rows to 1 for the largest, as
    the document's data are. The published code sets the last fifth of the shuffled rows aside for a validation that
    nothing reads; it trains on the others alone.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.studies.difficulty_folds import DocumentDense
    >>> X, y = np.repeat([[-1.0, 1.0], [1.0, -1.0]], 50, axis=0), np.repeat([0, 1], 50)
    >>> model = DocumentDense(hidden_widths=(10,), max_epochs=20, batch_size=32, patience=None, random_state=0)
    >>> model.fit(X, y).n_steps_
    60
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on the first four fifths of the shuffled rows."""
        from sklearn.utils import shuffle

        rows, labels = np.asarray(X), np.asarray(y)
        self._ends = float(rows.min()), float(rows.max())
        kept = shuffle(np.arange(len(labels)), random_state=0)[: int(0.8 * len(labels))]
        weight = None if sample_weight is None else np.asarray(sample_weight)[kept]
        return super().fit(rows[kept], labels[kept], weight)

    def _scale(self, x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        low, high = self._ends
        spread = (high - low) / 2 or 1.0
        return np.full(x.shape[1], (high + low) / 2), np.full(x.shape[1], spread)


def document_dense(seed: int) -> DocumentDense:
    """Make the document's classifier."""
    return DocumentDense(
        hidden_widths=(10,), learning_rate=1e-3, batch_size=32, max_epochs=20, patience=None, random_state=seed
    )
