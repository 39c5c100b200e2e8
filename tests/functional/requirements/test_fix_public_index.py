"""`--fix` and siblings against the public index, as it was on a day."""

import pytest

from bootfit.model.finding import Severity
from bootfit.platforms import load_platform, target_for
from bootfit.requirements import check_project
from bootfit.requirements.fixing import fix_files

pytestmark = pytest.mark.network
DAY = "2026-11-01"
PLANNER = """\
flask
gunicorn
pandas==2.1.4  # frames
numpy == 1.24.4 ; python_version >= "3.9"
pydantic==2.4.2
pulp
joblib
scikit-learn
faiss-cpu
openpyxl
"""


@pytest.fixture
def fix(tmp_path, monkeypatch):
    monkeypatch.delenv("BOOTFIT_INDEX_URL", raising=False)

    def run(text, python):
        (tmp_path / "requirements.txt").write_text(text)
        platform = load_platform("render-free")
        return fix_files(
            tmp_path,
            ("requirements.txt",),
            platform,
            target_for(platform, python),
            lowest=Severity.ERROR,
            index_url=None,
            exclude_newer=DAY,
            progress=lambda _: None,
        )

    return run


@pytest.mark.parametrize(
    ("python", "edits"),
    [
        ("3.11", {}),
        ("3.12", {"numpy": "1.26.0"}),
        ("3.13.4", {"pandas": "2.2.3", "numpy": "2.1.0", "pydantic": "2.8.0"}),
    ],
)
def test_the_planner_moves_by_the_nearest_versions(fix, python, edits):
    fixed = fix(PLANNER, python)
    assert {e.name: e.after for e in fixed.before.fix.edits} == edits
    assert fixed.before.fix.reasons == ()
    if not edits:
        assert fixed.files == ()
        return
    assert fixed.after.resolved
    assert all(one.installs and one.verdict == "wheel" for one in fixed.after.distributions)
    (file,) = fixed.files
    expected = PLANNER
    for name, after in edits.items():
        before = {"pandas": "2.1.4", "numpy": "1.24.4", "pydantic": "2.4.2"}[name]
        expected = expected.replace(before, after)
    assert file.after.decode() == expected


def test_a_frozen_file_moves_a_core_together_with_what_pins_it(fix):
    fixed = fix("pydantic==2.4.2\npydantic-core==2.10.1\ntyping-extensions==4.8.0\n", "3.13.4")
    after = {e.name: e.after for e in fixed.before.fix.edits}
    assert after == {
        "pydantic": "2.8.0",
        "pydantic-core": "2.20.0",
        "typing-extensions": "4.12.2",
    }


@pytest.mark.parametrize(
    ("line", "sibling"),
    [
        ("psycopg2==2.9.9", "psycopg2-binary=="),
        ("sklearn", "scikit-learn=="),
        ("tensorflow-gpu==2.12.0", "tensorflow=="),
        ("pytorch==1.0.2", "torch=="),
        ("uwsgi==2.0.28", "pyuwsgi=="),
        ("pycrypto==2.6.1", "pycryptodome=="),
        ("cx_Oracle==8.3.0", "oracledb=="),
        ("BeautifulSoup==3.2.2", "beautifulsoup4=="),
        ("fbprophet==0.7.1", "prophet=="),
    ],
)
def test_siblings_have_wheels_for_the_target(tmp_path, line, sibling):
    (tmp_path / "requirements.txt").write_text(f"{line}\nflask\n")
    platform = load_platform("render-free")
    _, findings = check_project(
        tmp_path,
        ("requirements.txt",),
        platform,
        target_for(platform, "3.13.4"),
        exclude_newer=DAY,
        progress=lambda _: None,
    )
    assert any(finding.remedy.startswith(sibling) for finding in findings)
