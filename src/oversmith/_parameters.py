"""Constructor parameters as class fields: one annotation gives the constructor, the check and the help.

A class that derives from :class:`Parameters` names its parameters as annotated fields with defaults. From them come a
keyword-only ``__init__``, scikit-learn's ``_parameter_constraints``, and the section ``Parameters`` of the docstring,
completed from the parents. Classes that derive from :class:`Settings` are small frozen groups of parameters.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from numbers import Integral, Real
from typing import Annotated, Any, ClassVar, Literal, Self, Union, dataclass_transform, get_args, get_origin

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    InvalidParameterError,
    StrOptions,
    validate_parameter_constraints,
)

from oversmith._help import complete
from oversmith.exceptions import InputError, nearest_hint


class WholeNumbers(HasMethods):
    """Constraint of a sequence of whole numbers of at least 1, such as the widths of layers."""

    def __init__(self) -> None:
        super().__init__(["__len__"])

    def is_satisfied_by(self, val: Any) -> bool:
        """Say whether a value is such a sequence."""
        if isinstance(val, str | Mapping) or not hasattr(val, "__iter__") or not hasattr(val, "__len__"):
            return False
        return len(val) > 0 and all(isinstance(n, Integral) and not isinstance(n, bool) and int(n) > 0 for n in val)

    def __str__(self) -> str:
        return "a sequence of whole numbers of at least 1"


PositiveInt = Annotated[int, Interval(Integral, 1, None, closed="left")]
CountInt = Annotated[int, Interval(Integral, 0, None, closed="left")]
Positive = Annotated[float, Interval(Real, 0, None, closed="neither")]
NonNegative = Annotated[float, Interval(Real, 0, None, closed="left")]
AtLeastOne = Annotated[float, Interval(Real, 1, None, closed="left")]
Share = Annotated[float, Interval(Real, 0, 1, closed="both")]
PositiveShare = Annotated[float, Interval(Real, 0, 1, closed="right")]
InnerShare = Annotated[float, Interval(Real, 0, 1, closed="neither")]
ShareBelowOne = Annotated[float, Interval(Real, 0, 1, closed="left")]
Widths = Annotated[tuple[int, ...], WholeNumbers()]
RandomState = Annotated[int | np.random.RandomState | np.random.Generator | None, "random_state", np.random.Generator]


def drawn_seed(random_state: Any) -> int:
    """Draw a seed from a ``random_state`` parameter.

    Parameters
    ----------
    random_state : int, RandomState, Generator or None
        With None the seed is fresh entropy from the system: NumPy's global state is neither read nor moved.

    Returns
    -------
    int
        The seed, below 2^32.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith._parameters import drawn_seed
    >>> drawn_seed(0) == drawn_seed(0), drawn_seed(None) == drawn_seed(None)
    (True, False)
    >>> rng = np.random.default_rng(0)
    >>> drawn_seed(rng) == drawn_seed(rng)
    False
    """
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1)[0] >> 1)
    most = np.iinfo(np.int32).max
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(most))
    return int(check_random_state(random_state).randint(most))


def numpy_state(random_state: Any) -> np.random.RandomState:
    """Make what scikit-learn takes as ``random_state`` of a number, a RandomState or a Generator.

    Parameters
    ----------
    random_state : int, RandomState, Generator or None
        None is fresh entropy from the system.

    Returns
    -------
    RandomState
        The one given, or a new one.

    Examples
    --------
    >>> from oversmith._parameters import numpy_state
    >>> numpy_state(3).randint(10) == numpy_state(3).randint(10)
    True
    """
    if random_state is None or isinstance(random_state, np.random.Generator):
        random_state = drawn_seed(random_state)
    return check_random_state(random_state)


def constraints_of(annotation: Any) -> list[Any]:
    """Translate the annotation of a parameter into scikit-learn's constraints.

    Parameters
    ----------
    annotation : type
        ``Annotated`` types bring their constraints; ``Literal`` texts, ``bool``, ``None``, sequences, callables and
        classes are translated; of a union each part is.

    Returns
    -------
    list
        Alternatives, as scikit-learn has them.

    Examples
    --------
    >>> from oversmith._parameters import PositiveInt, constraints_of
    >>> [str(c) for c in constraints_of(PositiveInt | bool | None)]
    ['an int in the range [1, inf)', 'boolean', 'None']
    """
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return [constraint for part in get_args(annotation) for constraint in constraints_of(part)]
    if origin is Annotated:
        return list(annotation.__metadata__)
    if origin is Literal:
        return [StrOptions(set(get_args(annotation)))]
    if annotation is None or annotation is type(None):
        return [None]
    if annotation is bool:
        return ["boolean"]
    if annotation in (int, float):
        return [{int: Integral, float: Real}[annotation]]
    if origin is Callable or annotation is Callable:
        return [callable]
    if isinstance(origin, type):
        return ["array-like"] if not issubclass(origin, Mapping) else [dict]
    return [annotation]


def parameter_names(cls: type) -> list[str]:
    """Names of the parameters of a class, inherited ones first."""
    return [field.name for field in fields(cls)]


def _set_up(cls: Any, **options: Any) -> None:
    """Make the constructor, the constraints and the help of a class from its fields."""
    dataclass(cls, repr=False, **options)
    own = inspect.get_annotations(cls, eval_str=True)
    names = parameter_names(cls)
    constraints = {name: constraints_of(own[name]) for name in names if name in own}
    inherited = {name: c for base in reversed(cls.__mro__[1:]) for name, c in _constraints(base).items()}
    cls._parameter_constraints = {name: c for name, c in (inherited | constraints).items() if name in names}
    generated = cls.__init__

    @functools.wraps(generated)
    def __init__(self: Any, /, *given: Any, **named: Any) -> None:
        for name in named:
            if name not in names:
                raise TypeError(f"{cls.__name__} has no parameter {name!r}; {_where_it_is(cls, name)}")
        generated(self, *given, **named)

    cls.__init__ = __init__
    complete(cls, names)


def _where_it_is(cls: Any, name: str) -> str:
    """Suggest the nearest parameter, or the group or encoder that has one of exactly this name."""
    names = parameter_names(cls)
    groups = {
        argument: kind
        for argument, alternatives in cls._parameter_constraints.items()
        for kind in alternatives
        if isinstance(kind, type)
        and hasattr(kind, "__dataclass_fields__")
        and name in parameter_names(kind)
        # Of the encoders, the one for what the class takes.
        and getattr(kind, "_kind", None) in (None, *getattr(cls, "_modalities", ()))
    }
    if not groups:
        return nearest_hint(name, names)
    argument, kind = next(iter(groups.items()))
    return f"did you mean {argument}={kind.__name__}({name}=...)?"


def _constraints(base: type) -> dict[str, Any]:
    constraints = base.__dict__.get("_parameter_constraints", {})
    return constraints if isinstance(constraints, dict) else {}


@dataclass_transform(kw_only_default=True, field_specifiers=(dataclasses.field,))
class Parameters:
    """Base of the classes whose annotated fields are keyword-only constructor parameters.

    A field ``= field(default=..., kw_only=False)`` may also be given by position.

    Examples
    --------
    >>> from oversmith._parameters import Parameters, PositiveInt
    >>> class Method(Parameters):
    ...     '''A method.
    ...
    ...     Parameters
    ...     ----------
    ...     max_steps : int, default=10
    ...         Steps at most.
    ...     '''
    ...
    ...     max_steps: PositiveInt = 10
    >>> Method(max_steps=3).max_steps
    3
    >>> Method(max_stepz=3)
    Traceback (most recent call last):
    TypeError: Method has no parameter 'max_stepz'; did you mean 'max_steps'?
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _set_up(cls, eq=False, kw_only=True, match_args=False)


@dataclass_transform(frozen_default=True)
class Settings:
    """Base of small frozen groups of parameters, checked when they are made.

    They take part in ``get_params``, ``set_params`` and ``clone`` of the sampler that holds them:
    ``sampler.set_params(stop__patience=3)`` puts a changed copy in the place of the old one.
    """

    _parameter_constraints: types.MappingProxyType[str, Any] | dict[str, Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _set_up(cls, frozen=True)

    def __post_init__(self) -> None:
        """Check every value."""
        try:
            validate_parameter_constraints(self._parameter_constraints, vars(self), type(self).__name__)
        except InvalidParameterError as error:
            # "The 'weight' parameter of GradientPenalty must be a float in the range [0.0, inf). Got -1 instead."
            text, _, finding = str(error).rpartition(" Got ")
            name = text.split("'")[1]
            cure = text.partition(" must be ")[2].rstrip(".")
            raise InputError(
                f"{type(self).__name__}.{name}", f"{finding.removesuffix(' instead.')} found", f"give {cure}"
            ) from None

    def __repr__(self) -> str:
        """Name the values that differ from the defaults."""
        changed = [
            f"{field.name}={value!r}"
            for field in fields(self)  # type: ignore[arg-type]
            if (value := getattr(self, field.name)) != field.default
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the values by name, as scikit-learn's estimators do.

        Parameters
        ----------
        deep : bool, default=True
            Whether those of nested estimators are among them.

        Returns
        -------
        dict of str to object
            Name → value.
        """
        params = {name: getattr(self, name) for name in parameter_names(type(self))}
        for name, value in list(params.items()) if deep else ():
            if hasattr(value, "get_params") and not isinstance(value, type):
                params |= {f"{name}__{key}": nested for key, nested in value.get_params().items()}
        return params

    def changed(self, **values: Any) -> Self:
        """Return a copy with other values.

        Parameters
        ----------
        **values : object
            Parameters that differ.

        Returns
        -------
        Settings
            The copy.

        Raises
        ------
        ValueError
            For a name that the group does not have.
        """
        names = parameter_names(type(self))
        new: dict[str, Any] = {}
        for name, value in values.items():
            outer, _, inner = name.partition("__")
            if outer not in names:
                raise InputError(name, f"{type(self).__name__} has no such parameter", nearest_hint(outer, names))
            new[outer] = clone(new.get(outer, getattr(self, outer))).set_params(**{inner: value}) if inner else value
        return replace(self, **new)  # type: ignore[type-var]


class GroupedParameters(Parameters):
    """Base of the estimators some of whose parameters are groups: their values can be read and set by name.

    A value may stand for a group, as None or a name; the class says which in ``_parameter_groups``.
    """

    # Parameter → what stands for a group → the group.
    _parameter_groups: ClassVar[Mapping[str, Mapping[Any, Settings]]] = {}

    @classmethod
    def _with(cls, setting: Mapping[str, Any], changes: Mapping[str, Any]) -> Self:
        """Make an estimator of a setting and what differs from it, ``stop__patience=3`` too."""
        plain = {name: value for name, value in changes.items() if "__" not in name}
        nested = {name: value for name, value in changes.items() if "__" in name}
        return cls(**{**setting, **plain}).set_params(**nested)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name.

        Parameters
        ----------
        deep : bool, default=True
            Whether those of groups and of nested objects are among them, as ``stop__patience``.

        Returns
        -------
        dict of str to object
            Name → value.
        """
        params: dict[str, Any] = super().get_params(deep)  # type: ignore[misc]
        if deep:
            for name in self._parameter_groups:
                group = self._group(name)
                params |= {f"{name}__{key}": value for key, value in (group.get_params() if group else {}).items()}
        return params

    def set_params(self, **params: Any) -> Self:
        """Change parameters; ``stop__patience=3`` replaces ``stop`` by a copy with another patience.

        Parameters
        ----------
        **params : object
            Parameters, and parameters of groups and nested objects.

        Returns
        -------
        self : object
            The estimator.
        """
        nested: dict[str, dict[str, Any]] = {}
        plain = {}
        for name, value in params.items():
            outer, _, inner = name.partition("__")
            if inner and outer in self._parameter_groups:
                nested.setdefault(outer, {})[inner] = value
            else:
                plain[name] = value
        for name, value in plain.items():
            outer, _, inner = name.partition("__")
            if inner and value is not None and outer in self.get_params(deep=False):
                held = plain.get(outer, getattr(self, outer))
                if not hasattr(held, "set_params"):
                    raise InputError(name, f"{outer} is {held!r}", f"give {outer} first: it holds {inner!r}")
        super().set_params(**plain)  # type: ignore[misc]
        for name, values in nested.items():
            group = self._group(name)
            if group is None:
                super().set_params(**{f"{name}__{key}": value for key, value in values.items()})  # type: ignore[misc]
            else:
                setattr(self, name, group.changed(**values))
        return self

    def _group(self, name: str) -> Settings | None:
        """Return a group of parameters: the one given, or the one that a name or None stands for."""
        value = getattr(self, name)
        if isinstance(value, Settings):
            return value
        return self._parameter_groups[name].get(value) if isinstance(value, str | None) else None


def check_taken(sampler: Any, argument: str, settings: Settings, taken: Iterable[str]) -> None:
    """Refuse values of a group that a method does not take.

    Parameters
    ----------
    sampler : object
        The method, for the message.
    argument : str
        Its parameter.
    settings : Settings
        What was given.
    taken : iterable of str
        Names of the values that the method takes.

    Raises
    ------
    InputError
        For a value that differs from the default of the group and is not taken.
    """
    taken = list(taken)
    for field in fields(settings):  # type: ignore[arg-type]
        if field.name not in taken and (value := getattr(settings, field.name)) != field.default:
            raise InputError(
                argument,
                f"{field.name}={value!r} found, which {type(sampler).__name__} does not take",
                f"leave it out; it takes {', '.join(taken)}",
            )
