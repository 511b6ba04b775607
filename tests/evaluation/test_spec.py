"""Names of results: every value of a sampler counts, also those of groups and encoders."""

from __future__ import annotations

import pytest

from oversmith import CGAN, Network, SeriesEncoder, Stop
from oversmith.evaluation.spec import canonical, describe


@pytest.mark.parametrize(
    "changes",
    [
        {"encoder": SeriesEncoder(bounds="observed")},
        {"stop": Stop(patience=3)},
        {"network": Network(class_scaling=None)},
    ],
    ids=str,
)
def test_values_of_groups_count(changes):
    described = canonical(describe(CGAN(**changes)))
    assert described != canonical(describe(CGAN()))
    # A name for one object, however often it is made.
    assert described == canonical(describe(CGAN(**changes)))
