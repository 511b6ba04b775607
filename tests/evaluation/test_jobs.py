from __future__ import annotations

from bench_toys import table
from sklearn.dummy import DummyClassifier

from oversmith.evaluation import Contender, Plan, Protocol, job_pipeline, jobs
from oversmith.samplers.auto import Auto


def test_auto_is_warmed_up_by_its_shortest_race(monkeypatch):
    """One repeat screens in the warm-up, two of the six of the fit: nothing and one candidate on two folds each."""
    monkeypatch.setattr(job_pipeline, "_warmed", set())
    scored = []

    def score(estimator, X, y):
        scored.append(len(y))
        return 0.5

    def build(situation):
        options = {"candidates": ["smote"], "fill": 1.0, "n_splits": 2, "random_state": situation.seed}
        return Auto(estimator=DummyClassifier(), scoring=score, **options)

    auto = Contender("auto", "Auto", "auto", build, trained=True)
    units = Plan([table()], [auto], ["knn"], Protocol(folds=2, inner_folds=None)).units()
    first, second = (unit.job for unit in units)
    outcome = jobs.run_job(first)
    assert [row["status"] for row in outcome.scores] == ["done"]
    assert len(scored) == 2 * 2 * (1 + 2)
    # Once per process.
    jobs.run_job(second)
    assert len(scored) == 2 * 2 * (1 + 2 + 2)
