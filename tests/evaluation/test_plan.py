from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from oversmith.evaluation import Classifier, Contender, Plan, Protocol, method_contender
from oversmith.evaluation.plan_file import plan_of
from oversmith.evaluation.spec import describe, key_of
from oversmith.exceptions import InputError


def table(name="toy", n=60, positives=15, seed=0):
    rng = np.random.default_rng(seed)
    y = np.repeat([0, 1], [n - positives, positives])
    return name, rng.normal(size=(n, 3)) + y[:, None], y


def neighbours(seed, k=5):
    return KNeighborsClassifier(k)


def three_neighbours(seed):
    return KNeighborsClassifier(3)


BASE = {"datasets": [table()], "contenders": ["none-tuned"], "classifiers": ["knn"], "protocols": Protocol(folds=2)}


def keys(**changes):
    return [cell.key for unit in Plan(**BASE | changes).units() for cell in unit.cells]


def test_equal_plans_have_equal_keys_wherever_their_parts_come_from():
    assert keys() == keys(datasets=[table()], classifiers=["knn"])
    assert len(set(keys())) == 2
    # More contenders, classifiers, seeds or repeats add keys and change none.
    more = {"contenders": ["none-tuned", "smote"], "classifiers": ["lr", "knn"], "seeds": (0, 1)}
    assert set(keys()) < set(keys(**more))
    assert set(keys()) < set(keys(protocols=[Protocol(folds=3), Protocol(folds=2, repeats=2)]))


def changed_values():
    name, X, y = table()
    other = X.copy()
    other[0, 0] = np.nextafter(other[0, 0], 2)
    return {
        "a value in its last bit": {"datasets": [(name, other, y)]},
        "the type of a column": {"datasets": [(name, X.astype(np.float32), y)]},
        "the name": {"datasets": [("other", X, y)]},
        "the positive class": {"datasets": [(name, X, y, 0)]},
        "groups": {"datasets": [(name, X, y, None, np.arange(60))]},
        "the seed": {"seeds": (1,)},
        "the seed of the cuts": {"protocols": Protocol(folds=2, split_seed=1)},
        "the folds": {"protocols": Protocol(folds=3)},
        "the inner folds": {"protocols": Protocol(folds=2, inner_folds=2)},
        "the inner rows": {"protocols": Protocol(folds=2, inner_rows=20)},
        "calibration": {"protocols": Protocol(folds=2, calibration="sigmoid")},
        "the steps": {"max_steps": 7},
        "a parameter of the classifier": {"classifiers": [Classifier("knn", "kNN", three_neighbours)]},
        "the contender": {"contenders": ["class-weight"]},
    }


@pytest.mark.parametrize("what", list(changed_values()))
def test_whatever_determines_a_result_is_in_its_key(what):
    assert not set(keys()) & set(keys(**changed_values()[what]))


def test_every_parameter_of_a_sampler_is_in_the_key():
    def of(**parameters):
        return keys(contenders=[method_contender("jitter", name="j", **parameters)])

    assert of() == of()
    assert len({tuple(found) for found in (of(), of(width=0.3), of(fill=0.5), of(output__weight=0.5))}) >= 3
    assert of(width=0.3) != of()
    assert not {*of()} & {*of(synthetic_weight=0.5)}
    assert not {*of(synthetic_weight=0.4)} & {*of(synthetic_weight=0.5)}


def test_titles_are_not_in_the_key():
    one, two = (keys(contenders=[method_contender("jitter", title=title)]) for title in ("A", "B"))
    assert one == two


def test_descriptions_are_plain_and_tell_parameters_apart():
    @dataclasses.dataclass
    class Options:
        a: int = 1

    values = [1, 1.5, float("nan"), np.arange(3), np.arange(4), {"b": 1, "a": (1, None)}, {2, 1}, len, Options()]
    texts = [key_of({"value": describe(value)}) for value in values]
    assert len(set(texts)) == len(values)
    assert describe({"b": 1, "a": 2}) == describe({"a": 2, "b": 1})
    assert describe(np.float64(0.5)) == 0.5
    nested = describe(KNeighborsClassifier(metric_params={"p": 2}))
    assert nested["class"].endswith("KNeighborsClassifier")


def test_the_order_of_units_and_who_reads_whose_fits():
    plan = Plan([table("a"), table("b")], ["none", "none-tuned", "smote"], ["knn"], Protocol(folds=2), seeds=(0, 1))
    units = plan.units()
    places = [(u.job.seed, u.job.split.fold, u.job.task.name, u.job.contender.name) for u in units]
    assert places == [(s, f, d, c) for s in (0, 1) for f in (0, 1) for d in "ab" for c in ("none", "smote")]
    assert [cell.contender for cell in units[0].cells] == ["none", "none-tuned"]


def test_one_name_for_smote_on_every_table():
    import pandas as pd

    _, X, y = table("mixed")
    mixed = pd.DataFrame(X, columns=list("abc")).assign(level=np.where(np.arange(60) % 3, "u", "v"))
    units = Plan([table(), ("mixed", mixed, y)], ["smote"], ["knn"], Protocol(folds=2)).units()
    kinds = {unit.job.task.name: unit.cells[0].spec["contender"]["sampler"]["class"] for unit in units}
    assert kinds["toy"].endswith(".SMOTE")
    assert kinds["mixed"].endswith(".SMOTENC")
    assert {unit.cells[0].contender for unit in units} == {"smote"}


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"datasets": []}, "datasets: none found"),
        ({"datasets": [table(), table()]}, "datasets: 'toy' is given twice"),
        ({"datasets": [("toy", [[1.0]])]}, "datasets: a tuple of 2 found"),
        ({"contenders": ["smoot"]}, "contenders: 'smoot' is not known; did you mean 'smote'"),
        ({"contenders": ["jitter-2"]}, "contenders: 'jitter-2' is not known"),
        ({"contenders": ["smote", "smote"]}, "contenders: 'smote' is given twice"),
        ({"contenders": [Contender("x", "X", shares_fit_with="y")]}, "reads the fits of 'y'"),
        ({"classifiers": ["knnn"]}, "classifier: 'knnn'"),
        ({"seeds": (0, 0)}, "seeds: 0 is given twice"),
        ({"seeds": (-1,)}, "seed: -1"),
        ({"protocols": [Protocol(), Protocol(repeats=2)]}, "protocols: .* is given twice"),
    ],
)
def test_bad_plans(changes, message):
    with pytest.raises(InputError, match=message):
        Plan(**BASE | changes).units()


def test_parameters_that_are_none():
    with pytest.raises(InputError, match=r"'widht' is no parameter .* did you mean 'width'"):
        method_contender("jitter", widht=1)
    with pytest.raises(InputError, match="'random_state' is no parameter to be chosen"):
        method_contender("jitter", random_state=0)


@pytest.mark.parametrize(
    "kebab, options, message",
    [
        ("jitter", {"synthetic_weight": -1}, "synthetic_weight: -1 found; use a number from 0 up"),
        ("jitter", {"synthetic_weight": True}, "synthetic_weight: True found"),
        ("auto", {"synthetic_weight": 0.5}, "'auto' decides by itself"),
        ("eo-wgan", {"synthetic_weight": 0.5, "smote__clean": "enn"}, "with a SmoteStage that cleans, rows"),
    ],
)
def test_weights_that_cannot_be(kebab, options, message):
    with pytest.raises(InputError, match=message):
        method_contender(kebab, **options)


@pytest.mark.parametrize("old", [{"ratio": 8, "thin": "either"}, {"ratio": 8}, {"thin": "positive"}])
def test_protocols_of_older_stores_keep_their_meaning(old):
    """Requests stored before the keys were renamed call the share ``ratio`` and the rule ``thin``."""
    request = {"datasets": ["yeast_2_vs_4"], "protocol": {"folds": 2, **old}}
    (protocol,) = plan_of(request).protocols
    assert protocol == Protocol(folds=2, thin=old.get("ratio"), thin_class=old.get("thin", "positive"))
