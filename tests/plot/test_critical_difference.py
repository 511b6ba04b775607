from __future__ import annotations

import matplotlib.pyplot as plt
import pytest

from oversmith.plot import critical_difference_diagram
from oversmith.plot.critical_difference import joined


@pytest.mark.parametrize(
    "values, difference, bars",
    [
        ([1.0, 2.0, 3.0], 0.5, []),
        ([1.0, 2.0, 3.0], 1.0, [(0, 1), (1, 2)]),
        ([1.0, 2.0, 3.0], 2.0, [(0, 2)]),
        ([1.0, 1.0], 0.0, [(0, 1)]),
    ],
)
def test_bars_join_what_is_not_told_apart(values, difference, bars):
    assert joined(values, difference) == bars


def test_every_method_stands_at_its_rank_and_the_control_is_marked():
    ranks = {"none-tuned": 2.25, "$gan$": 1.5, "smote": 3.0, "jitter": 3.25}
    ax = critical_difference_diagram(ranks, 1.0, control="none-tuned")
    texts = {text.get_text(): text for text in ax.texts}
    assert {"$gan$  1.50", "none-tuned  2.25", "3.00  smote", "3.25  jitter", "critical difference 1.00"} <= set(texts)
    starts = sorted(line.get_xdata()[0] for line in ax.lines if len(line.get_xdata()) == 3)
    assert starts == sorted(ranks.values())
    assert texts["none-tuned  2.25"].get_weight() != texts["$gan$  1.50"].get_weight()
    plt.close(ax.figure)
