"""What reads requests, settings and addresses: properties that hold for any input."""

import json
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealplan.api.schemas import schema_of
from mealplan.errors import ApiError
from mealplan.fields import Fields, Query, email_of
from mealplan.services.calendars import calendar, escaped, folded
from mealplan.services.profiles import person_of
from mealplan.settings import SettingsError, rates_of

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def problems_of(read):
    """Return the fields that ``read`` finds wrong, or None."""
    try:
        read()
    except ApiError as error:
        return error.fields if error.status == 422 else {}
    return None


@given(st.text())
def test_a_folded_line_unfolds_to_itself_in_lines_of_75_octets(text):
    line = escaped(text)
    out = folded(line)
    assert all(len(one.encode()) <= 75 for one in out.split("\r\n"))
    assert out.replace("\r\n ", "") == line
    assert re.search(r"[\x00-\x08\x0b-\x1f\x7f]", line) is None


@given(st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" \\;,\n")))
def test_an_escaped_text_reads_back(text):
    meaning = {"\\\\": "\\", "\\;": ";", "\\,": ",", "\\n": "\n"}
    read = re.sub(r"\\[\\;,n]", lambda found: meaning[found[0]], escaped(text))
    assert read == text


@given(st.text(min_size=1), st.text())
def test_no_name_of_a_dish_adds_a_line_of_its_own_to_a_calendar(dish, allergen):
    meal = {
        "meal": "lunch",
        "dish": dish,
        "servings": 1.5,
        "energy_kcal": 500.0,
        "minutes": 10,
        "allergens": [allergen],
    }
    plan = {
        "id": 1,
        "created_at": "2026-03-02T10:00:00+00:00",
        "starts_on": date(2026, 3, 2),
        "days": [{"day": 0, "meals": [meal]}],
    }
    text = calendar("Week", [plan])
    names = [line.split(":")[0] for line in re.sub("\r\n ", "", text).split("\r\n")]
    assert names.count("BEGIN") == names.count("END") == 2
    assert names[6:-3] == [
        *("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "TRANSP"),
    ]


@given(st.text())
def test_an_address_is_read_as_itself_in_lower_case_or_not_at_all(text):
    found = email_of(text)
    assert found is None or found == text.strip().lower()
    assert found is None or (found.isascii() and found.count("@") == 1 and len(found) <= 254)


@given(st.from_regex(r"[a-z0-9.+-]{1,20}@[a-z0-9]{1,10}(\.[a-z]{2,6}){1,3}", fullmatch=True))
def test_usual_addresses_are_read(text):
    assert email_of(text.upper()) == text


@given(st.text())
def test_rates_are_read_or_refused(text):
    try:
        found = rates_of(text)
    except SettingsError:
        return
    assert all(rate.requests > 0 and rate.seconds > 0 for rate in found.values())


@given(
    st.dictionaries(
        st.sampled_from(["age_years", "sex", "weight_kg", "height_cm", "x"]), JSON_VALUES
    )
)
def test_a_profile_is_one_or_what_is_wrong_is_named(body):
    fields = Fields(body)
    read = {}
    problems = problems_of(lambda: read.update(person=person_of(fields)))
    if problems is None:
        person = read["person"]
        assert 19 <= person.age_years <= 120
        assert person.sex in {"female", "male"}
        assert 30 <= person.weight_kg <= 300
    else:
        assert problems
        json.dumps(problems)


@given(st.text())
def test_a_number_of_a_query_is_in_its_range_or_refused(text):
    query = Query({"limit": text})
    value = query.integer("limit", 1, 200, default=50)
    problems = problems_of(query.done)
    if problems is None:
        assert value == (int(text) if text.strip() else 50)
    else:
        assert problems == {"limit": "must be a whole number from 1 to 200"}
        assert not re.fullmatch(r"0*([1-9]|[1-9][0-9]|1[0-9][0-9]|200)", text.strip(), re.ASCII)


@pytest.mark.parametrize("text", ["1e3", "١", "0x10", "1_0", "+5", "--1", "1.0", "nan"])
def test_other_ways_to_write_a_number_are_none(text):
    query = Query({"limit": text})
    query.integer("limit", 1, 2000, default=50)
    with pytest.raises(ApiError):
        query.done()


def test_a_schema_is_what_the_reader_asks():
    def read(fields):
        fields.integer("count", 1, 5)
        fields.maybe_number("grams", 0, 10, unit="g")
        fields.choices("diets", ["b", "a"])
        for entry in fields.objects("items", 3, least=1):
            entry.text("name", 10)
        for entry in fields.mapping("bounds", {"iron"}, 4).values():
            entry.maybe_number("minimum", 0, 1)
        fields.done()

    assert schema_of(read) == {
        "type": "object",
        "additionalProperties": False,
        "required": ["count", "items"],
        "properties": {
            "count": {"type": "integer", "minimum": 1, "maximum": 5},
            "grams": {"type": "number", "minimum": 0, "maximum": 10, "description": "in g"},
            "diets": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
            "items": {
                "type": "array",
                "minItems": 1,
                "maxItems": 3,
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["name"],
                    "properties": {"name": {"type": "string", "maxLength": 10}},
                },
            },
            "bounds": {
                "type": "object",
                "maxProperties": 4,
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"minimum": {"type": "number", "minimum": 0, "maximum": 1}},
                },
            },
        },
    }
