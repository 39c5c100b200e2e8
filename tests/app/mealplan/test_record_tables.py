"""CSV and JSON of tables."""

import csv
import io
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealplan.services.tables import Records, RecordTable, csv_cell, to_csv, to_json


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("-cmd", "'-cmd"),
        ("+49 30 1", "'+49 30 1"),
        ("-", "'-"),
        ("-5", "-5"),
        ("+1.5e-3", "+1.5e-3"),
        (-5, -5),
        (-0.25, -0.25),
        (None, None),
        (True, "True"),
        ("plain", "plain"),
        (date(2026, 3, 1), "2026-03-01"),
    ],
)
def test_a_cell_is_no_formula_and_a_number_stays_a_number(cell, written):
    assert csv_cell(cell) == written


def table(rows):
    return RecordTable("T", ("a", "b"), Records(lambda: rows))


@given(st.lists(st.tuples(st.text(), st.one_of(st.none(), st.integers()))))
def test_no_text_cell_of_any_csv_starts_like_a_formula(rows):
    text = "".join(to_csv(table(rows)))
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert len(read) == len(rows) + 1
    for (written, _), (given_text, _) in zip(read[1:], rows, strict=True):
        assert written in {given_text, "'" + given_text}
        if written[:1] in {"=", "@", "\t", "\r"}:
            pytest.fail(written)


@given(st.lists(st.tuples(st.text(), st.one_of(st.none(), st.floats(-1e9, 1e9)))))
def test_json_holds_the_records(rows):
    text = "".join(to_json(table(rows)))
    assert json.loads(text) == [{"a": a, "b": b} for a, b in rows]


def test_records_can_be_read_again():
    records = Records(lambda: iter([(1, 2)]))
    assert list(records) == list(records) == [(1, 2)]
