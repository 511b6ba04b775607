from __future__ import annotations

import numpy as np
import pytest

from oversmith.exceptions import InputError
from oversmith.preprocessing import windows


def test_every_window_is_a_piece_of_its_record():
    rng = np.random.default_rng(0)
    records = [rng.normal(size=(2, n)) for n in (25, 9, 3, 40)]
    cut = windows(records, 8, step=5, names=["p", "q", "r", "s"])
    assert cut.X.shape == (4 + 1 + 0 + 7, 2, 8)
    assert cut.y is None
    for series, name, first in zip(cut.X, cut.record, cut.start, strict=True):
        assert np.array_equal(series, records["pqrs".index(name)][:, first : first + 8])
    # No overlap unless asked for.
    assert windows(records, 8).start.tolist() == [0, 8, 16, 0, 0, 8, 16, 24, 32]


def test_labels_by_point_are_put_to_the_vote():
    cut = windows([np.zeros(6)], 3, labels=[np.array(["a", "a", "b", "b", "b", "b"])])
    assert cut.y.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    "records, options, message",
    [
        ([np.zeros(5)], {"length": 6}, "length: 6 found, and none of 1 records is so long"),
        ([np.zeros(5)], {"length": 0}, "length: 0 found"),
        ([np.zeros(5)], {"length": 2, "step": 1.5}, "step: 1.5 found"),
        ([np.zeros((2, 5)), np.zeros(5)], {"length": 2}, "record 1 has 1 channels, others 2"),
        ([np.zeros((2, 2, 5))], {"length": 2}, "record 0 has shape"),
        ([np.zeros(5)], {"length": 2, "labels": ["a", "b"]}, "labels: 2 found for 1 records"),
        ([np.zeros(5)], {"length": 2, "labels": [np.zeros(4)]}, "record 0 has 5 points and labels of shape"),
    ],
)
def test_bad_input(records, options, message):
    with pytest.raises(InputError, match=message):
        windows(records, **options)
