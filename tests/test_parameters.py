"""Parameters as class fields: constructor, checks, groups and messages."""

from __future__ import annotations

import inspect
from numbers import Integral, Real

import numpy as np
import pytest
from imblearn.over_sampling import BorderlineSMOTE
from sklearn.base import clone
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils._param_validation import InvalidParameterError

import oversmith
from oversmith import (
    CDRAGAN,
    EOWGAN,
    BoundaryFilter,
    EOWGANClassifier,
    GradientPenalty,
    Guidance,
    Jitter,
    Network,
    NoveltyFilter,
    Output,
    PriorCorrectedClassifier,
    SmoteStage,
    SMOTifiedGAN,
    Stop,
    TableEncoder,
    ThreePlayerClassifier,
    WeightClip,
    WeightedResampler,
)
from oversmith._parameters import Parameters, Settings, WholeNumbers, parameter_names
from oversmith.exceptions import InputError

PUBLIC = {name: getattr(oversmith, name) for name in oversmith.__all__ if isinstance(getattr(oversmith, name), type)}
OURS = {name: kind for name, kind in PUBLIC.items() if issubclass(kind, Parameters | Settings)}
# Neither estimators nor groups of parameters: data, a callback, and what a comparison returns.
OTHERS = {"Data", "ProgressBar", "Results"}
ROWS = np.random.default_rng(0).normal(size=(20, 2)), np.repeat([0, 1], [14, 6])


def test_every_public_class_states_its_parameters():
    assert PUBLIC.keys() - OURS.keys() == OTHERS


def out_of_range(constraint):
    """Return a number outside an interval, or nothing."""
    low = getattr(constraint, "left", None)
    if getattr(constraint, "type", None) not in (Integral, Real):
        return None
    return low - 1 if low is not None else constraint.right + 1


@pytest.mark.parametrize("kind", OURS.values(), ids=OURS)
def test_every_constructor_refuses_what_is_wrong(kind):
    """A misspelt parameter, a value out of range, a wrong type: messages name parameter, finding and cure."""
    for name in parameter_names(kind):
        wrong = f"{name[:-1]}zz"
        with pytest.raises(TypeError, match=rf"{kind.__name__} has no parameter '{wrong}'; (did you mean|choose from)"):
            kind(**{wrong: 1})
    numbers = {
        name: number
        for name, constraints in kind._parameter_constraints.items()
        for constraint in constraints
        if (number := out_of_range(constraint)) is not None
    }
    wrong_types = {name: object() for name in parameter_names(kind)}
    for name, value in [*numbers.items(), *wrong_types.items()]:
        with pytest.raises((InputError, InvalidParameterError)) as caught:
            check(kind(**{name: value}))
        message = str(caught.value)
        assert name in message
        assert repr(value) in message or "Got" in message
        assert "give" in message or "must be" in message or "choose" in message


def check(instance):
    """Run the check of the parameters: groups have had it, filters have it with the rows, the others in a fit."""
    if hasattr(instance, "accept"):
        instance.accept(*[ROWS[0]] * 3)
    elif hasattr(instance, "fit_resample"):
        instance.fit_resample(*ROWS)
    elif not isinstance(instance, Settings):
        instance.fit(*ROWS)


def test_at_most_twenty_parameters():
    assert {name for name, kind in OURS.items() if len(parameter_names(kind)) > 20} == set()


def test_the_signature_is_that_of_the_fields():
    parameters = inspect.signature(EOWGAN).parameters
    assert list(parameters) == parameter_names(EOWGAN)
    assert {parameter.kind for parameter in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert parameters["critic_steps"].default == 5
    with pytest.raises(TypeError, match=r"^EOWGAN has no parameter 'max_step'; did you mean 'max_steps'\?$"):
        EOWGAN(max_step=5)


def test_what_is_held_may_be_given_by_position():
    sampler, tree = EOWGAN(), DecisionTreeClassifier()
    assert ThreePlayerClassifier(sampler).sampler is sampler
    assert PriorCorrectedClassifier(tree).estimator is tree
    for model in (EOWGANClassifier(tree, sampler), WeightedResampler(sampler, tree)):
        assert (model.estimator, model.sampler) == (tree, sampler)
    assert BoundaryFilter(3, 0.2).get_params() == {"n_neighbors": 3, "max_share": 0.2}
    assert NoveltyFilter(0.1).share == 0.1
    with pytest.raises(TypeError, match="positional"):
        PriorCorrectedClassifier(tree, sampler)


def test_values_of_groups_by_name():
    sampler = EOWGAN(stop="distance")
    assert sampler.get_params()["stop__rule"] == "distance"
    assert (sampler.get_params()["guidance__weight"], sampler.get_params()["lipschitz__weight"]) == (0.0, 10.0)
    sampler.set_params(stop__patience=3, guidance__weight=0.5, lipschitz__weight=5.0, output__filters="novelty")
    assert sampler.stop == Stop("distance", patience=3)
    assert sampler.guidance == Guidance(0.5)
    assert sampler.lipschitz == GradientPenalty(5.0)
    assert sampler.output == Output(filters="novelty")
    # Group and value in one call: the value comes after the group.
    assert sampler.set_params(lipschitz=WeightClip(0.1), lipschitz__bound=0.2).lipschitz == WeightClip(0.2)
    twin = clone(sampler)
    assert twin.get_params(deep=False).keys() == sampler.get_params(deep=False).keys()
    assert (twin.stop, twin.output) == (sampler.stop, sampler.output)
    stage = EOWGAN(smote=SmoteStage(BorderlineSMOTE()))
    stage.set_params(smote__sampler__k_neighbors=2)
    assert stage.smote.sampler.k_neighbors == 2
    with pytest.raises(InputError, match=r"patienze: Stop has no such parameter; did you mean 'patience'\?"):
        sampler.set_params(stop__patienze=3)
    # The default of one class is not changed by another.
    assert EOWGAN().get_params()["stop__patience"] == "auto"


def test_the_methods_own_choices():
    assert CDRAGAN()._penalty() == GradientPenalty(10.0, at="dragan")
    assert EOWGAN()._networks() == Network(conditional=20, ema_decay=0.99)
    assert SMOTifiedGAN.paper(stop__max_epochs=5).stop == Stop("f1", patience=None, max_epochs=5, loss_floor=0.01)
    with pytest.raises(InputError, match=r"stop: rule 'chance' found, which EOWGAN lacks; choose 'auto', 'distance'"):
        EOWGAN(stop="chance").fit(*ROWS)
    with pytest.raises(InputError, match=r"stop: loss_floor=0.1 found, which EOWGAN does not take; leave it out"):
        EOWGAN(stop=Stop(loss_floor=0.1)).fit(*ROWS)


def test_the_encoder_is_copied():
    encoder = TableEncoder(numeric="standard")
    sampler = Jitter(encoder=encoder, random_state=0).fit(*ROWS)
    assert not hasattr(encoder, "columns_")
    assert sampler.encoder_.numeric == "standard"
    assert Jitter(random_state=0).fit(*ROWS).encoder_.numeric == "quantile"
    with pytest.raises(InputError, match=r"input_shape|encoder: SeriesEncoder\(\) found"):
        oversmith.GaussianCopula(encoder=oversmith.SeriesEncoder()).fit(*ROWS)


def test_whole_numbers():
    constraint = WholeNumbers()
    assert [constraint.is_satisfied_by(v) for v in ((8, 4), [3], np.array([2]))] == [True] * 3
    assert [constraint.is_satisfied_by(v) for v in ((), (0,), (2.5,), "88", 8, (True,))] == [False] * 6
