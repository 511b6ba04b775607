"""The settings Riaz et al. 2025 compares, as constructor calls: the ablation of Table 8 and the settings of Table 9."""

from __future__ import annotations

from typing import Any

from imblearn.over_sampling import SMOTE, RandomOverSampler

from oversmith.exceptions import InputError, nearest_hint
from oversmith.samplers.eo_wgan import EOWGAN
from oversmith.samplers.settings import Critics, GradientPenalty
from oversmith.samplers.wgan import WGAN

# Table 9: critic updates per generator update, and penalty weight.
TABLE_9 = ((1, 10.0), (3, 10.0), (5, 10.0), (5, 5.0), (5, 20.0), (10, 10.0))


def eo_wgan_variants(table: int = 8, **changes: Any) -> dict[str, Any]:
    """Make the samplers of a table of Riaz et al. 2025.

    Parameters
    ----------
    table : {8, 9}, default=8
        8: the ablation, seven variants. 9: six settings of critic updates and penalty weight.
    **changes : object
        Constructor parameters that differ from the paper's, given to every variant that has them, for example
        ``stop__max_epochs=10`` or ``random_state=0``.

    Returns
    -------
    dict of str to over-sampler
        Name of the row → sampler, in the order of the table.

    Raises
    ------
    InputError
        For another table.

    Notes
    -----
    Deviations from the paper: rows 2 and 5 of Table 8 ("SMOTE only", "without WGAN refinement") name the same thing
    and report different results; here the first is imbalanced-learn's SMOTE and the second the framework with its
    networks switched off. Row 3 ("WGAN only") is the plain WGAN of Table 5, row 4 ("without SMOTE") the framework
    without its first stage: two critics, penalty, guidance and refinement. Row 7 has neither SMOTE nor WGAN: random
    over-sampling takes the place of the first stage.

    Examples
    --------
    >>> from oversmith import eo_wgan_variants
    >>> list(eo_wgan_variants())[:3]
    ['full framework', 'SMOTE only', 'WGAN only']
    >>> [(s.critic_steps, s.lipschitz.weight) for s in eo_wgan_variants(table=9).values()]
    [(1, 10.0), (3, 10.0), (5, 10.0), (5, 5.0), (5, 20.0), (10, 10.0)]
    """
    paper = EOWGAN.paper
    if table == 8:
        variants: dict[str, Any] = {
            "full framework": paper(),
            "SMOTE only": SMOTE(),
            "WGAN only": WGAN.paper(),
            "without SMOTE": paper(smote="none", smote_share=0.0),
            "without WGAN refinement": paper(smote_share=1.0),
            "one critic": paper(critics=Critics(1)),
            "random over-sampling": paper(smote=RandomOverSampler(), smote_share=1.0),
        }
    elif table == 9:
        variants = {
            f"n_critic {steps}, penalty {weight:g}": paper(critic_steps=steps, lipschitz=GradientPenalty(weight))
            for steps, weight in TABLE_9
        }
    else:
        raise InputError(
            "table", f"{table!r} found", "choose 8 or 9, the tables in which Riaz et al. 2025 compare settings"
        )
    for sampler in variants.values():
        sampler.set_params(**{name: value for name, value in changes.items() if name in sampler.get_params()})
    known = {name for sampler in variants.values() for name in sampler.get_params()}
    unknown = set(changes) - known
    if unknown:
        name = sorted(unknown)[0]
        raise InputError("changes", f"no variant has a parameter {name!r}", nearest_hint(name, known))
    return variants
