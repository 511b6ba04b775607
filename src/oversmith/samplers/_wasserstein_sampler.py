"""What the samplers with a Wasserstein critic share."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from oversmith.recipes.sizes import Sizes
from oversmith.samplers._adversarial import AdversarialSampler

if TYPE_CHECKING:
    from jax import Array

    from oversmith.training import Recipe


class WassersteinSampler(AdversarialSampler):
    """Base of the samplers whose generator follows a Wasserstein critic.

    A method says how its critic is kept Lipschitz, and may add to the recipe.
    """

    _n_critics = 1

    @abstractmethod
    def _recipe_options(self) -> dict[str, Any]:
        """Return what the recipe needs beside sizes: ``lipschitz`` at least."""

    @abstractmethod
    def _hyper_options(self) -> dict[str, Any]:
        """Return the traced numbers of the method: ``penalty_weight`` and ``clip`` at least."""

    def _recipe(self, sizes: Sizes) -> Recipe:
        from oversmith.recipes import wasserstein

        return wasserstein.recipe(
            steps=sizes.steps,
            batch_size=self.batch_size,
            ema=self._ema_decay is not None,
            **self._recipe_options(),
        )

    def _players(self, key: Array, sizes: Sizes) -> dict[str, Any]:
        from oversmith.recipes import wasserstein

        return wasserstein.players(
            key,
            sizes,
            latent_dim=self.latent_dim,
            generator_widths=tuple(self.generator_widths),
            critic_widths=tuple(self.critic_widths),
            n_critics=self._n_critics,
        )

    def _hyper(self, sizes: Sizes) -> dict[str, Any]:
        from oversmith.recipes import wasserstein

        return wasserstein.hyper(
            sizes,
            latent_dim=self.latent_dim,
            learning_rate=self.learning_rate,
            critic_steps=self.critic_steps,
            ema_decay=self._ema_decay or 0.0,
            **self._hyper_options(),
        )
