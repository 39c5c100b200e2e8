"""Both planners against one independent checker, and the solver against brute force."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from mealplan_plugins.week_optimizer.contract import (
    Infeasible,
    NutrientBounds,
    WeekRequest,
)
from mealplan_plugins.week_optimizer.energy_only import EnergyOnly
from mealplan_plugins.week_optimizer.greedy import GreedyPlanner

PORTIONS = (0.5, 1.0, 1.5, 2.0)


def planner(name: str):
    if name == "greedy":
        return GreedyPlanner()
    pytest.importorskip("pulp")
    from mealplan_plugins.week_optimizer.two_stage import TwoStagePlanner

    return TwoStagePlanner()


both = pytest.mark.parametrize("name", ["pulp", "greedy"])


@both
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_plain_week_holds_every_constraint(name, seed, make_week, violations) -> None:
    request = make_week(seed=seed)
    assert violations(request, planner(name).plan(request)) == []


@both
def test_diet_allergens_exclusions_and_pins_hold(name, make_week, violations) -> None:
    week = make_week(count=120, seed=4)
    fit = [d for d in week.dishes if "vegetarian" in d.diets and not d.allergens]
    dinners = [d.id for d in fit if "dinner" in d.meals]
    request = replace(
        week,
        diets=frozenset({"vegetarian"}),
        excluded_allergens=frozenset({"nuts"}),
        excluded_dishes=frozenset(dinners[2:4]),
        pinned={(0, "dinner"): dinners[0], (1, "dinner"): dinners[0], (3, "lunch"): dinners[1]},
    )
    plan = planner(name).plan(request)
    assert violations(request, plan) == []
    assert {m.dish_id for m in plan.meals if (m.day, m.meal) in request.pinned} == {
        dinners[0],
        dinners[1],
    }


@both
def test_a_dish_pinned_to_another_meal_and_day_twice_is_the_user_s_word(
    name, make_week, violations
) -> None:
    week = make_week(seed=5)
    breakfast = next(d.id for d in week.dishes if d.meals == {"breakfast"})
    request = replace(week, pinned={(2, "lunch"): breakfast, (2, "breakfast"): breakfast})
    assert violations(request, planner(name).plan(request)) == []


@both
def test_meals_that_are_not_eaten_are_left_out(name, make_week, violations) -> None:
    shares = {"lunch": 0.3, "dinner": 0.3, "breakfast": 0.0}
    request = make_week(meal_shares=shares, energy_kcal=1400.0, nutrients={})
    plan = planner(name).plan(request)
    assert violations(request, plan) == []
    assert {meal.meal for meal in plan.meals} == {"lunch", "dinner"}


@both
def test_the_same_seed_gives_the_same_week_and_another_may_not(name, make_week) -> None:
    request = make_week(seed=6)
    once, again = planner(name).plan(request), planner(name).plan(request)
    assert once == again
    others = [planner(name).plan(replace(request, seed=seed)) for seed in (1, 2)]
    assert any(other.meals != once.meals for other in others)


def test_the_solver_proves_its_week_and_greedy_never_beats_it(make_week) -> None:
    for seed in range(3):
        request = make_week(seed=seed)
        best, good = planner("pulp").plan(request), planner("greedy").plan(request)
        assert best.bound == pytest.approx(best.objective, abs=1e-4)
        assert good.bound is None
        assert good.objective >= best.objective - 1e-6
        assert good.objective <= best.objective * 2 + 0.5


def test_minima_that_cannot_be_met_are_shortfalls(make_week, violations) -> None:
    request = make_week(nutrients={"fibre": NutrientBounds(minimum=500.0)})
    for name in ("pulp", "greedy"):
        plan = planner(name).plan(request)
        assert violations(request, plan) == []
        assert plan.shortfalls["fibre"] > 400


@both
@pytest.mark.parametrize(
    ("change", "clashing"),
    [
        ({"pinned": {(0, "dinner"): "meat"}, "diets": {"vegan"}}, {"diets", "pinned dishes"}),
        (
            {"pinned": {(0, "dinner"): "nutty"}, "excluded_allergens": {"nuts"}},
            {"allergens", "pinned dishes"},
        ),
        (
            {"pinned": {(0, "dinner"): "meat"}, "excluded_dishes": {"meat"}},
            {"excluded dishes", "pinned dishes"},
        ),
        ({"pinned": dict.fromkeys([(d, "dinner") for d in range(7)], "meat")},
         {"repeats", "pinned dishes"}),
        ({"repeats": 1}, {"repeats"}),
        ({"energy_kcal": 90.0}, {"daily energy"}),
        ({"diets": {"fruitarian"}}, {"diets"}),
        ({"nutrients": {"salt": NutrientBounds(maximum=1.0)}}, {"maximum of salt"}),
    ],
)  # fmt: skip
def test_a_clash_names_the_constraints_that_clash_and_no_others(
    name, change, clashing, make_dish
) -> None:
    salt = {"salt": 3.0}
    dishes = (
        make_dish("meat", nutrients=salt),
        make_dish("nutty", allergens=("nuts",), diets=("vegan",), nutrients=salt),
        *(make_dish(f"beans{n}", diets=("vegan",), nutrients=salt) for n in range(4)),
    )
    change = {k: frozenset(v) if isinstance(v, set) else v for k, v in change.items()}
    request = replace(WeekRequest(500.0, {"dinner": 1.0}, dishes), **change)
    with pytest.raises(Infeasible) as caught:
        planner(name).plan(request)
    assert set(caught.value.clashing) == clashing
    assert all(group in str(caught.value) for group in clashing)


@both
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"energy_kcal": 0.0}, "no energy"),
        ({"energy_kcal": float("nan")}, "no energy"),
        ({"meal_shares": {"dinner": 0.0}}, "must have a share"),
        ({"pinned": {(0, "dinner"): "unheard"}}, "there is no such dish"),
        ({"pinned": {(7, "dinner"): "d"}}, "no such meal"),
        ({"pinned": {(0, "lunch"): "d"}}, "no such meal"),
        ({"dishes": ()}, "no dish is left for dinner"),
    ],
)
def test_a_request_that_makes_no_sense_is_an_answer(name, change, told, make_dish) -> None:
    request = WeekRequest(500.0, {"dinner": 1.0}, (make_dish("d"),))
    with pytest.raises(Infeasible, match=told):
        planner(name).plan(replace(request, **change))


@both
def test_consecutive_days_clash_where_two_dishes_must_alternate(name, make_dish) -> None:
    dishes = tuple(make_dish(f"d{n}") for n in range(2))
    request = WeekRequest(500.0, {"dinner": 1.0}, dishes, repeats=7)
    plan = planner(name).plan(request)
    eaten = [meal.dish_id for meal in sorted(plan.meals, key=lambda meal: meal.day)]
    assert all(one != after for one, after in pairwise(eaten))
    with pytest.raises(Infeasible) as caught:
        planner(name).plan(replace(request, dishes=dishes[:1]))
    assert caught.value.clashing == ("consecutive days",)


def brute_force(  # noqa: C901 - every week, one after another
    request: WeekRequest,
) -> float | None:
    """Return the least objective over every week, or None where there is none."""
    meals = list(request.meal_shares)
    menus = [[]]
    for meal in meals:
        choices = [(d, s) for d in request.dishes if meal in d.meals for s in PORTIONS]
        menus = [[*menu, choice] for menu in menus for choice in choices]
    target = request.energy_kcal

    def energy(menu) -> float:
        return sum(dish.energy_kcal * servings for dish, servings in menu)

    def cost(menu) -> float:
        off = sum(
            abs(d.energy_kcal * s / target - request.meal_shares[meal])
            for meal, (d, s) in zip(meals, menu, strict=True)
        )
        return off + 5 * max(0, abs(energy(menu) / target - 1) - 0.05)

    days = [
        (
            cost(menu),
            [dish.id for dish, _ in menu],
            {
                name: sum(d.nutrients.get(name, 0) * s for d, s in menu)
                for name in request.nutrients
            },
        )
        for menu in menus
        if abs(energy(menu) / target - 1) <= 0.1 and len({dish.id for dish, _ in menu}) == len(menu)
    ]
    best: list[float | None] = [None]

    def search(day, value, eaten, before, totals) -> None:
        if day == 7:
            for name, bounds in request.nutrients.items():
                mean = totals[name] / 7
                if bounds.maximum is not None and mean > bounds.maximum + 1e-9:
                    return
                if bounds.minimum:
                    value += 10 * max(0, 1 - mean / bounds.minimum)
            if best[0] is None or value < best[0]:
                best[0] = value
            return
        for price, dishes, amounts in days:
            counts = {dish: eaten.get(dish, 0) + 1 for dish in dishes}
            if set(dishes) & before or max(counts.values()) > request.repeats:
                continue
            search(
                day + 1,
                value + price,
                {**eaten, **counts},
                set(dishes),
                {name: totals[name] + amounts[name] for name in totals},
            )

    search(0, 0.0, {}, set(), dict.fromkeys(request.nutrients, 0.0))
    return best[0]


@pytest.mark.parametrize("seed", range(8))
def test_the_solver_equals_brute_force(seed, make_dish, violations) -> None:
    draw = random.Random(seed)
    shares = {"dinner": 1.0} if seed % 2 else {"lunch": 0.5, "dinner": 0.5}
    dishes = tuple(
        make_dish(
            f"d{n}",
            draw.choice((330, 480, 520, 560, 700)),
            tuple(shares) if seed % 2 else (tuple(shares)[n % 2],),
            nutrients={"fibre": draw.uniform(1, 9), "sodium": draw.uniform(100, 900)},
        )
        for n in range(3 if seed % 2 else 4)
    )
    request = WeekRequest(
        energy_kcal=520.0 if seed % 2 else 1010.0,
        meal_shares=shares,
        dishes=dishes,
        nutrients={
            "fibre": NutrientBounds(minimum=6),
            "sodium": NutrientBounds(maximum=draw.choice((450, 600, 1200))),
        },
        repeats=draw.choice((3, 4)),
        time_limit_seconds=30,
    )
    best = brute_force(request)
    if best is None:
        with pytest.raises(Infeasible):
            planner("pulp").plan(request)
        return
    plan = planner("pulp").plan(request)
    assert violations(request, plan) == []
    assert plan.objective == pytest.approx(best, abs=1e-5)
    assert plan.bound == pytest.approx(best, abs=1e-4)


def test_the_fallback_tells_the_target_alone() -> None:
    plan = EnergyOnly().plan(WeekRequest(2000.0, {"dinner": 1.0}, ()))
    assert plan.target_energy_kcal == (2000.0,) * 7
    assert (plan.meals, plan.objective, plan.bound, plan.shortfalls) == ((), None, None, {})
