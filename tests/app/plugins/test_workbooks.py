"""Workbooks as openpyxl reads them back: what is text, what is a number, what is refused."""

import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mealplan_plugins.spreadsheet_export.contract import (
    ExcelUnavailable,
    NotWritten,
    Pivot,
    RowsSpent,
    Sheet,
    SheetError,
)
from mealplan_plugins.spreadsheet_export.no_workbook import NoWorkbook
from mealplan_plugins.spreadsheet_export.titles import sheet_titles

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")

DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "=HYPERLINK(\"http://x\")",
    "http://example.org",
    "mailto:a@example.org",
    "{=1+1}",
    "007",
    "<b>&amp;</b>",
]  # fmt: skip


def writer(name: str):
    if name == "streaming":
        from mealplan_plugins.spreadsheet_export.streaming import StreamingWorkbook

        return StreamingWorkbook()
    pytest.importorskip("pandas")
    from mealplan_plugins.spreadsheet_export.pandas_workbook import PandasWorkbook

    return PandasWorkbook()


both = pytest.mark.parametrize("name", ["pandas", "streaming"])


@both
def test_text_is_text_and_numbers_are_numbers(name, tmp_path) -> None:
    path = tmp_path / "week.xlsx"
    moment = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    rows = [
        *([text, 1] for text in DANGEROUS),
        [date(2026, 3, 1), -2.5],
        [moment, 10**6],
        [True, None],
        [float("nan"), float("inf")],
    ]
    writer(name).write(path, [Sheet("Week", ("what", "how much"), rows)])
    sheet = openpyxl.load_workbook(path)["Week"]
    assert [cell.value for cell in sheet[1]] == ["what", "how much"]
    for row, text in enumerate(DANGEROUS, start=2):
        cell = sheet.cell(row, 1)
        assert cell.data_type == "s"
        assert str(cell.value).replace("_x000D_", "\r") == text
        assert cell.hyperlink is None
        assert (sheet.cell(row, 2).data_type, sheet.cell(row, 2).value) == ("n", 1)
    after = len(DANGEROUS) + 2
    assert sheet.cell(after, 1).value == datetime(2026, 3, 1)  # noqa: DTZ001 - Excel knows no zones
    assert sheet.cell(after, 2).value == -2.5
    assert sheet.cell(after + 1, 1).value == moment.replace(tzinfo=None)
    assert sheet.cell(after + 2, 1).value is True
    assert [cell.value for cell in sheet[after + 3]] == [None, None]
    assert not any("<f>" in part for part in _parts(path))


def _parts(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [archive.read(n).decode() for n in archive.namelist() if n.endswith(".xml")]


@both
def test_a_generator_is_read_once_and_whole(name, tmp_path) -> None:
    read = []

    def rows():
        for number in range(1000):
            read.append(number)
            yield [number]

    path = tmp_path / "week.xlsx"
    pivots = [] if name == "streaming" else [Pivot("P", "Numbers", "n", "n", "n")]
    writer(name).write(path, [Sheet("Numbers", ("n",), rows())], pivots)
    assert read == list(range(1000))
    assert openpyxl.load_workbook(path)["Numbers"].max_row == 1001


@both
def test_a_workbook_is_there_whole_or_not_at_all(name, tmp_path) -> None:
    path = tmp_path / "week.xlsx"
    path.write_text("the old one")

    def rows():
        yield [1]
        raise RuntimeError("the database went away")

    with pytest.raises(RowsSpent, match="half way through the rows of Numbers"):
        writer(name).write(path, [Sheet("Numbers", ("n",), rows())])
    assert path.read_text() == "the old one"
    assert [entry.name for entry in tmp_path.iterdir()] == ["week.xlsx"]


@both
def test_a_failure_that_leaves_the_rows_is_left_to_the_next_rung(name, tmp_path) -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError("odd")

    with pytest.raises(RuntimeError, match="odd"):
        writer(name).write(tmp_path / "week.xlsx", [Sheet("Odd", ("n",), [[Odd()]])])
    assert list(tmp_path.iterdir()) == []


@both
def test_a_folder_that_does_not_take_it_is_an_answer(name, tmp_path) -> None:
    with pytest.raises(NotWritten, match=r"week\.xlsx cannot be written"):
        writer(name).write(tmp_path / "missing" / "week.xlsx", [Sheet("A", ("n",), [[1]])])


@both
def test_a_file_gets_the_ordinary_mode(name, tmp_path) -> None:
    path, plain = tmp_path / "week.xlsx", tmp_path / "plain"
    plain.touch()
    writer(name).write(path, [Sheet("A", ("n",), [[1]])])
    assert path.stat().st_mode == plain.stat().st_mode


@both
def test_sheets_that_are_no_tables_are_refused(name, tmp_path, monkeypatch) -> None:
    from mealplan_plugins.spreadsheet_export import cells

    export, path = writer(name), tmp_path / "week.xlsx"
    with pytest.raises(SheetError, match="Week, row 2: 1 values, 2 columns"):
        export.write(path, [Sheet("Week", ("a", "b"), [[1, 2], [1]])])
    with pytest.raises(SheetError, match="Excel holds 16384"):
        export.write(path, [Sheet("Week", ["c"] * 16385, [])])
    monkeypatch.setattr(cells, "MOST_ROWS", 3)
    export.write(path, [Sheet("Week", ("a",), [[1]] * 2)])
    with pytest.raises(SheetError, match="more than the 2 records"):
        export.write(path, [Sheet("Week", ("a",), [[1]] * 3)])


@both
def test_long_text_is_cut_to_what_a_cell_holds(name, tmp_path) -> None:
    path = tmp_path / "week.xlsx"
    writer(name).write(path, [Sheet("A", ("n",), [["x" * 40_000]])])
    assert len(openpyxl.load_workbook(path)["A"]["A2"].value) == 32_767


@both
def test_titles_that_excel_refuses_are_mended_and_stay_apart(name, tmp_path) -> None:
    path = tmp_path / "week.xlsx"
    titles = ["Meals: a/b", "meals a b", "'History'", "", "x" * 40, "x" * 41]
    writer(name).write(path, [Sheet(title, ("n",), []) for title in titles])
    assert openpyxl.load_workbook(path).sheetnames == [
        "Meals a b",
        "meals a b (2)",
        "History (2)",
        "Sheet",
        "x" * 31,
        "x" * 27 + " (2)",
    ]


def test_titles_hold_excel_s_rules_whatever_is_wanted() -> None:
    hypothesis = pytest.importorskip("hypothesis")
    texts = hypothesis.strategies.lists(hypothesis.strategies.text(max_size=50), max_size=20)

    @hypothesis.given(texts)
    @hypothesis.settings(deadline=None, database=None)
    def holds(wanted: list[str]) -> None:
        titles = sheet_titles(wanted)
        assert len({title.casefold() for title in titles}) == len(wanted)
        for title in titles:
            assert 1 <= len(title) <= 31
            assert not set(title) & set("[]:*?/\\\0\n")
            assert title[0] != "'"
            assert title[-1] != "'"
            assert title.casefold() != "history"

    holds()


def test_a_pivot_is_a_table_of_means_with_a_chart(tmp_path) -> None:
    path = tmp_path / "week.xlsx"
    rows = [["Mon", "lunch", 400], ["Mon", "lunch", 600], ["Mon", "dinner", 700],
            ["Tue", "lunch", 300], ["Tue", "lunch", None]]  # fmt: skip
    sheets = [Sheet("Meals", ("day", "meal", "kcal"), rows)]
    export = writer("pandas")
    assert export.analytical
    export.write(path, sheets, [Pivot("=Energy", "Meals", "day", "meal", "kcal")])
    sheet = openpyxl.load_workbook(path)["=Energy"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["day", "dinner", "lunch"],
        ["Mon", 700, 500],
        ["Tue", None, 300],
    ]
    with zipfile.ZipFile(path) as archive:
        assert "xl/charts/chart1.xml" in archive.namelist()


def test_a_pivot_over_many_records_is_the_mean_of_all(tmp_path, monkeypatch) -> None:
    export = writer("pandas")
    from mealplan_plugins.spreadsheet_export import pivot_means

    monkeypatch.setattr(pivot_means, "_CHUNK", 7)
    rows = [[f"d{n % 3}", f"m{n % 2}", n] for n in range(100)]
    path = tmp_path / "week.xlsx"
    export.write(
        path, [Sheet("A", ("day", "meal", "kcal"), rows)], [Pivot("P", "A", "day", "meal", "kcal")]
    )
    header, *cells = openpyxl.load_workbook(path)["P"].iter_rows(values_only=True)
    assert header == ("day", "m0", "m1")
    for day, *means in cells:
        for meal, mean in zip(header[1:], means, strict=True):
            values = [kcal for d, m, kcal in rows if (d, m) == (day, meal)]
            assert mean == pytest.approx(sum(values) / len(values))


@both
def test_memory_does_not_grow_with_the_records(name, tmp_path) -> None:
    """Python's own allocations, at their peak: fifteen times the records take no more room."""
    import tracemalloc

    def peak(records: int) -> int:
        def rows():
            for number in range(records):
                day, meal = f"day {number % 7}", f"meal {number % 4}"
                yield [day, meal, f"dish number {number}", number / 7, number * 3]

        sheets = [Sheet("Meals", ("day", "meal", "dish", "kcal", "sodium"), rows())]
        pivots = [Pivot(column, "Meals", "day", "meal", column) for column in ("kcal", "sodium")]
        tracemalloc.start()
        try:
            export.write(tmp_path / "meals.xlsx", sheets, pivots)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    export = writer(name)
    peak(100)  # what is imported and kept for good
    few, many = peak(1000), peak(15_000)
    assert many < few + 2_000_000


def test_records_without_pivots_are_written_without_a_frame(tmp_path, monkeypatch) -> None:
    from mealplan_plugins.spreadsheet_export import pivot_means

    export = writer("pandas")

    def refuse(*_: object) -> None:
        raise AssertionError("a frame was made")

    monkeypatch.setattr(pivot_means.pd, "DataFrame", refuse)
    path = tmp_path / "week.xlsx"
    export.write(path, [Sheet("Meals", ("n",), [[1]])])
    assert openpyxl.load_workbook(path)["Meals"]["A2"].value == 1


def test_an_empty_pivot_is_written_without_a_chart(tmp_path) -> None:
    path = tmp_path / "week.xlsx"
    sheets = [Sheet("Meals", ("day", "meal", "kcal"), [])]
    writer("pandas").write(path, sheets, [Pivot("Energy", "Meals", "day", "meal", "kcal")])
    assert openpyxl.load_workbook(path).sheetnames == ["Meals", "Energy"]


@pytest.mark.parametrize(
    ("pivot", "told"),
    [
        (Pivot("P", "Foods", "day", "meal", "kcal"), "no sheet 'Foods'"),
        (Pivot("P", "Meals", "week", "meal", "kcal"), "no column 'week'"),
        (Pivot("P", "Meals", "day", "meal", "meal"), "no number"),
    ],
)
def test_a_pivot_over_what_is_not_there_is_an_answer(pivot, told, tmp_path) -> None:
    sheets = [Sheet("Meals", ("day", "meal", "kcal"), [["Mon", "lunch", 1]])]
    with pytest.raises(SheetError, match=told):
        writer("pandas").write(tmp_path / "week.xlsx", sheets, [pivot])


def test_streaming_leaves_pivots_out_and_says_so(tmp_path) -> None:
    path = tmp_path / "week.xlsx"
    export = writer("streaming")
    assert not export.analytical
    sheets = [Sheet("Meals", ("day", "meal", "kcal"), [["Mon", "lunch", 1]])]
    export.write(path, sheets, [Pivot("Energy", "Meals", "day", "meal", "kcal")])
    assert openpyxl.load_workbook(path).sheetnames == ["Meals"]


def test_the_fallback_tells_what_works() -> None:
    assert not NoWorkbook.analytical
    with pytest.raises(ExcelUnavailable, match="JSON and CSV work"):
        NoWorkbook().write(Path("week.xlsx"), [])
