"""The fallback: how much energy a day, and no dishes."""

from mealplan_plugins.week_optimizer.contract import DAYS_PER_WEEK, WeekPlan, WeekRequest


class EnergyOnly:
    """`WeekOptimizer` that knows the target alone."""

    def plan(self, request: WeekRequest) -> WeekPlan:
        """Return seven days at the target, without meals; both energies are the target."""
        target = (request.energy_kcal,) * DAYS_PER_WEEK
        return WeekPlan(
            daily_energy_kcal=target,
            target_energy_kcal=target,
            meals=(),
            objective=None,
            bound=None,
            shortfalls={},
        )
