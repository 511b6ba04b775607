from __future__ import annotations

import numpy as np
import pytest
from bench_toys import table

from oversmith.evaluation import Plan, Protocol, Store, run
from oversmith.evaluation.estimate import estimate

TWO = Protocol(folds=2, inner_folds=2)


def test_the_estimate_follows_the_timings():
    plan = Plan([table(), table("large", n=240)], ["none-tuned", "smote"], ["knn"], TWO)
    units = plan.units()
    with Store() as store:
        rough = estimate(units, store, 1)
        assert rough.timed == 0
        assert 0.1 < rough.seconds < 20
        assert "a rough guess" in str(rough)
        few = Plan([table()], ["none-tuned"], ["knn"], TWO)
        run(few, store, n_jobs=1, isolate=False)
        # As if each of the two fits had taken two seconds.
        store._base.execute("UPDATE jobs SET started = 0, ended = 2")
        left = [unit for unit in units if unit.job.contender.name == "none"]
        found = estimate(left, store, 1)
        # Two on the same table, two on one of four times the rows.
        assert found.seconds == pytest.approx(2 * 2 + 2 * 8)
        assert (found.timed, found.guessed) == (2, 0)
        assert estimate(left, store, 2).seconds == pytest.approx(10)
        assert estimate(units, store, 1).guessed == 4
    assert np.isfinite(found.seconds)
