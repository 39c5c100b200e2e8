"""What a plan is made for: an app's costs, a platform, and the user's wishes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bootfit.model.app import AppDescription
from bootfit.model.measurement import MeasurementSet
from bootfit.model.plan import MemoryNeed
from bootfit.model.platform import Platform
from bootfit.tune.costs import Costs, RungCost, ServingCost, costs_of
from bootfit.tune.memory import FEWEST_REQUESTS, Server, fits, need_of
from bootfit.tune.requests import Served, least_requests, requests_of, served_of
from bootfit.tune.search import Rungs, richest, richest_conceivable
from bootfit.tune.unions import Union, union_of
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
        return Server(
            self.wishes.workers or 1,
            self.wishes.threads or 1,
            bool(self.wishes.preload),
            self.wishes.max_requests or FEWEST_REQUESTS,
        )

    def need(self, rungs: Sequence[RungCost], server: Server) -> MemoryNeed:
        """Return the prediction for ``rungs`` on ``server``."""
        return self._need(union_of(self.costs, rungs), rungs, server)

    def leak_bytes(self, rungs: Sequence[RungCost]) -> float:
        """Return what a worker with ``rungs`` keeps of each request."""
        return requests_of(self._served, rungs, union_of(self.costs, rungs)).leak_bytes

    def watched(self, rungs: Sequence[RungCost]) -> ServingCost | None:
        """Return the run of a server with ``rungs`` that would have shown the smallest leak."""
        names = frozenset(rung.name for rung in rungs)
        runs = [one for one in self.costs.serving if one.names == names]
        return min(runs, key=lambda one: one.noticeable_bytes, default=None)

    def best(self, server: Server) -> Rungs | None:
        """Return the richest rungs that fit on ``server``, or None."""
        return richest(self.costs, lambda union, of: fits(self._need(union, of, server)))

    def conceivable(self, server: Server) -> Rungs | None:
        """Return the richest rungs that would fit if they shared all they can, or None."""
        return richest_conceivable(
            self.costs, lambda union, of: fits(self._need(union, of, server))
        )

    @cached_property
    def _served(self) -> Served:
        return served_of(self.costs)

    def _need(self, union: Union, rungs: Sequence[RungCost] | None, server: Server) -> MemoryNeed:
        requests = (
            least_requests(self._served, union)
            if rungs is None
            else requests_of(self._served, rungs, union)
        )
        headroom = int(self.budget_bytes * self.wishes.headroom)
        return need_of(
            self.costs,
            union,
            requests,
            server,
            budget_bytes=self.budget_bytes,
            headroom_bytes=headroom,
        )


def situation_of(
    measurements: MeasurementSet,
    description: AppDescription,
    platform: Platform,
    wishes: Wishes,
) -> Situation:
    """Return what a plan for that app on that platform starts from.

    Raises:
        UndeterminedError: the app itself was not measured.
    """
    costs = costs_of(
        measurements, description.plugins, wishes.import_seconds, preload=bool(wishes.preload)
    )
    return Situation(costs, platform, wishes)
