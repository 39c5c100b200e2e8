"""What a plan is made for: an app's costs, a platform, and the user's wishes."""

from collections.abc import Sequence
from dataclasses import dataclass

from bootfit.model.plan import MemoryNeed
from bootfit.model.platform import Platform
from bootfit.tune.costs import Costs, RungCost
from bootfit.tune.memory import Server, Union, fits, need_of, union_of
from bootfit.tune.search import Rungs, richest, richest_conceivable
from bootfit.tune.wishes import Wishes


@dataclass(frozen=True)
class Situation:
    """What a plan is made for: costs, platform and wishes, and the budget that follows."""

    costs: Costs
    platform: Platform
    wishes: Wishes

    @property
    def budget_bytes(self) -> int:
        """Return the memory to plan for."""
        return self.wishes.budget_bytes or self.platform.memory_bytes

    @property
    def smallest(self) -> Server:
        """Return the smallest server that the wishes allow."""
        return Server(self.wishes.workers or 1, self.wishes.threads or 1, bool(self.wishes.preload))

    def need(self, rungs: Sequence[RungCost], server: Server) -> MemoryNeed:
        """Return the prediction for ``rungs`` on ``server``."""
        return self._need(union_of(self.costs, rungs), server)

    def best(self, server: Server) -> Rungs | None:
        """Return the richest rungs that fit on ``server``, or None."""
        return richest(self.costs, lambda union: fits(self._need(union, server)))

    def conceivable(self, server: Server) -> Rungs | None:
        """Return the richest rungs that would fit if they shared all they can, or None."""
        return richest_conceivable(self.costs, lambda union: fits(self._need(union, server)))

    def _need(self, union: Union, server: Server) -> MemoryNeed:
        headroom = int(self.budget_bytes * self.wishes.headroom)
        return need_of(self.costs, union, server, self.budget_bytes, headroom)
