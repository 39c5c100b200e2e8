"""Energy and intakes against values that are published or worked out by hand."""

import pytest


def ask(client, **profile):
    person = {"age_years": 30, "sex": "male", "weight_kg": 80, "height_cm": 180, **profile}
    answer = client.post("/api/v1/targets/energy", json=person)
    assert answer.status_code == 200, answer.json
    return answer.json


@pytest.mark.parametrize(
    ("profile", "resting"),
    [
        # Mifflin et al. 1990: 10 kg + 6.25 cm - 5 years + 5 (men) or - 161 (women).
        ({}, 800 + 1125 - 150 + 5),
        ({"sex": "female"}, 800 + 1125 - 150 - 161),
        ({"sex": "female", "age_years": 65, "weight_kg": 60, "height_cm": 160}, 1114),
    ],
)
def test_resting_energy_is_mifflin_st_jeor(client, profile, resting):
    assert ask(client, **profile)["resting_kcal"] == resting


@pytest.mark.parametrize(
    ("activity", "factor"),
    [("sedentary", 1.2), ("light", 1.375), ("moderate", 1.55), ("active", 1.725)],
)
def test_maintenance_is_resting_times_activity(client, activity, factor):
    assert ask(client, activity=activity)["maintenance_kcal"] == pytest.approx(1780 * factor, 1e-4)


def test_goals_move_the_target_and_never_below_the_lowest_advised_intake(client):
    kept = ask(client, activity="sedentary")
    assert kept["target_kcal"] == kept["maintenance_kcal"] == 2136
    assert ask(client, activity="sedentary", goal="lose")["target_kcal"] == 1636
    assert ask(client, activity="sedentary", goal="gain")["target_kcal"] == pytest.approx(2349.6)
    small = {"sex": "female", "weight_kg": 50, "height_cm": 155, "activity": "sedentary"}
    floored = ask(client, goal="lose", **small)
    assert floored["target_kcal"] == 1200
    assert floored["lowest_advised_intake_applied"] is True
    tiny = {"sex": "female", "weight_kg": 35, "height_cm": 140, "age_years": 80}
    below = ask(client, goal="lose", activity="sedentary", **tiny)
    assert below["target_kcal"] == below["maintenance_kcal"] < 1200


@pytest.mark.parametrize("goal", ["lose", "maintain", "gain"])
def test_a_target_below_the_lowest_advised_intake_is_pointed_out(client, goal):
    tiny = {"sex": "female", "weight_kg": 35, "height_cm": 140, "age_years": 80}
    told = ask(client, goal=goal, activity="sedentary", **tiny)
    assert told["target_kcal"] < 1200
    assert told["below_lowest_advised_intake"] is True
    assert ask(client, goal=goal)["below_lowest_advised_intake"] is False


@pytest.mark.parametrize(
    ("sex", "age_years", "nutrient", "target", "upper"),
    [
        # National Academies, DRI summary tables.
        ("female", 25, "iron", 18, 45),
        ("female", 51, "iron", 8, 45),
        ("male", 25, "iron", 8, 45),
        ("male", 50, "fiber", 38, None),
        ("male", 51, "fiber", 30, None),
        ("female", 60, "calcium", 1200, 2000),
        ("male", 60, "calcium", 1000, 2000),
        ("male", 71, "calcium", 1200, 2000),
        ("female", 71, "vitamin_d", 20, 100),
        ("female", 40, "vitamin_c", 75, 2000),
        ("male", 40, "vitamin_a", 900, None),
        ("male", 40, "sodium", 1500, 2300),
        ("male", 40, "potassium", 3400, None),
        ("female", 55, "vitamin_b6", 1.5, 100),
        ("male", 30, "magnesium", 400, None),
        ("male", 31, "magnesium", 420, None),
    ],
)
def test_intakes_are_the_published_ones(client, sex, age_years, nutrient, target, upper):
    found = ask(client, sex=sex, age_years=age_years)["nutrients"][nutrient]
    assert (found["target"], found["upper"]) == (target, upper)
    assert found["source"].startswith(("IOM, ", "NASEM, "))


def test_protein_is_the_larger_of_weight_and_energy(client):
    found = ask(client, weight_kg=120, activity="sedentary")
    assert found["nutrients"]["protein"]["target"] == pytest.approx(96)  # 0.8 g per kg
    found = ask(client, weight_kg=50, height_cm=200, activity="very_active")
    assert found["nutrients"]["protein"]["target"] == pytest.approx(
        0.10 * found["target_kcal"] / 4, abs=0.01
    )


def test_saturated_fat_is_at_most_a_tenth_of_energy(client):
    found = ask(client)
    limit = found["nutrients"]["saturated_fat"]["upper"]
    assert limit == pytest.approx(found["target_kcal"] * 0.1 / 9, abs=0.01)


def test_shares_sum_to_one_for_any_meals(client):
    for meals in (["breakfast"], ["lunch", "dinner"], ["breakfast", "lunch", "dinner", "snacks"]):
        body = {"age_years": 40, "sex": "male", "meals": meals, "energy_kcal": 2500}
        found = client.post("/api/v1/distribution", json=body).json
        assert list(found["shares"]) == meals
        assert sum(found["shares"].values()) == pytest.approx(1, abs=2e-4)
        assert sum(found["energy_kcal"].values()) == pytest.approx(2500, abs=1)
