"""Which files are read and followed, and what no index answers for."""

from bootfit.model.answer import exit_code
from bootfit.model.errors import ExitCode
from bootfit.model.finding import Severity


def codes(findings, severity=None):
    return sorted({f.code for f in findings if severity in {None, f.severity}})


def test_nested_files_constraints_extras_and_uncheckable(index, check, project):
    index.wheel("web", "1.0", requires=["plus>=1; extra == 'plus'"])
    index.wheel("web", "2.0", requires=["plus>=1; extra == 'plus'"])
    index.wheel("plus", "1.0")
    (project / "deps").mkdir()
    (project / "deps" / "base.txt").write_text("-c pins.txt\nweb[plus]\n")
    (project / "deps" / "pins.txt").write_text("web<2\nunused==9\n")
    checks, findings, result = check("-r deps/base.txt", "-e .", "git+https://x.test/y.git")
    assert {name: one.version for name, one in checks.items()} == {"web": "1.0", "plus": "1.0"}
    assert checks["web"].chain == ("deps/base.txt:2 web[plus]",)
    assert codes(findings) == ["BF111"]
    assert [f.place.line for f in findings] == [2, 3]
    assert result.requirement_files == ("requirements.txt", "deps/base.txt", "deps/pins.txt")


def test_pyproject_with_extras_and_its_own_python(index, check, project):
    index.wheel("web", "1.0")
    index.wheel("sheets", "1.0")
    index.wheel("never", "1.0")
    (project / "pyproject.toml").write_text(
        '[project]\nname = "App"\nrequires-python = ">=3.13"\ndependencies = ["web"]\n'
        '[project.optional-dependencies]\nall = ["app[export]"]\n'
        "export = [\"sheets ; extra == 'export'\"]\ndev = ['never']\n"
    )
    checks, findings, _ = check(files=("pyproject.toml[all]",))
    assert set(checks) == {"web", "sheets"}
    assert [(f.code, f.place.line) for f in findings] == [("BF103", 3)]


def test_a_folder_of_the_project_is_read_where_it_states_its_dependencies(index, check, project):
    index.wheel("web", "1.0")
    index.wheel("sheets", "1.0")
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\n[project]\nname = "app"\n'
        'dependencies = ["web"]\n[project.optional-dependencies]\nexport = ["sheets"]\n'
    )
    checks, findings, _ = check("-e .[export]")
    assert findings == []
    assert checks["sheets"].chain == ("pyproject.toml:7 sheets",)
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["maturin"]\n[project]\nname = "app"\ndependencies = []\n'
    )
    _, findings, _ = check("-e .", "web")
    assert codes(findings) == ["BF111"]


def test_nothing_that_could_be_checked_is_no_yes(check):
    _, findings, _ = check("git+https://x.test/y.git")
    assert [(one.code, exit_code([one], Severity.ERROR)) for one in findings] == [
        ("BF122", ExitCode.UNDETERMINED),
        ("BF111", ExitCode.FITS),
    ]


def test_a_path_where_nothing_lies_is_an_error(index, check, project):
    index.wheel("a", "1.0")
    _, findings, _ = check("a", "./wheels/gone-1.0-py3-none-any.whl")
    (finding,) = findings
    assert (finding.code, finding.severity) == ("BF111", Severity.ERROR)
    assert "does not exist" in finding.message
    (project / "wheels").mkdir()
    (project / "wheels" / "gone-1.0-py3-none-any.whl").write_bytes(b"")
    _, findings, _ = check("a", "./wheels/gone-1.0-py3-none-any.whl")
    assert [one.severity for one in findings] == [Severity.WARNING]


def test_a_folder_whose_requirements_stand_in_a_setup_cfg_is_read_as_well(index, check, project):
    index.wheel("web", "1.0")
    index.wheel("sheets", "1.0")
    (project / "setup.cfg").write_text(
        "[options]\ninstall_requires =\n  web\n[options.extras_require]\nexport = sheets\n"
    )
    (project / "setup.py").write_text("from setuptools import setup\nsetup()\n")
    checks, findings, _ = check("-e .[export]")
    assert findings == []
    assert checks["sheets"].chain == ("setup.cfg:5 sheets",)
    (project / "setup.py").write_text("from setuptools import setup\nsetup(install_requires=[])\n")
    _, (finding,), _ = check("-e .", "web")
    assert finding.code == "BF111"
    assert "setup.py beside it passes install_requires to setup()" in finding.message
