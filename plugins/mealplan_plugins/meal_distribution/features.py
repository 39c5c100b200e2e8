"""What the forest is asked: the same columns when it is fitted and when it serves."""

from mealplan_plugins.meal_distribution.contract import MEALS, DistributionRequest

YOUNGEST_YEARS, OLDEST_YEARS = 20, 80


def features(request: DistributionRequest) -> list[float]:
    """Return age (within the survey's), sex, and a column a meal: 1 where it is eaten."""
    age = min(max(request.age_years, YOUNGEST_YEARS), OLDEST_YEARS)
    eaten = [1.0 if meal in request.meals else 0.0 for meal in MEALS]
    return [float(age), 1.0 if request.sex == "female" else 0.0, *eaten]
