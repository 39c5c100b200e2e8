"""What a pyproject.toml requires: extras, groups, and what its backend reads in files."""

import pytest

from bootfit.model.errors import UndeterminedError, UsageError
from bootfit.model.platform import Target
from bootfit.requirements import required_names
from bootfit.requirements.project_files import read_project

TARGET = Target(python="3.11.9", libc="glibc", libc_version="2.36", architecture="x86_64")
HEAD = '[project]\nname = "shop"\nversion = "1"\n'
SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'


def names(folder, text, *files):
    (folder / "pyproject.toml").write_text(text)
    return required_names(folder, files or ("pyproject.toml",), TARGET)


def test_setuptools_reads_dynamic_dependencies_from_files(tmp_path):
    (tmp_path / "reqs").mkdir()
    (tmp_path / "reqs" / "base.txt").write_text("# base\nflask==3.0.0\nnumpy; os_name == 'nt'\n")
    (tmp_path / "more.txt").write_text("click\n")
    text = (
        f'{SETUPTOOLS}{HEAD}dynamic = ["dependencies"]\n[tool.setuptools.dynamic]\n'
        'dependencies = {file = ["reqs/base.txt", "more.txt"]}\n'
    )
    assert names(tmp_path, text) == ("flask", "click")
    found = read_project(tmp_path, ["pyproject.toml"], TARGET)
    assert found.files == ["pyproject.toml", "reqs/base.txt", "more.txt"]
    assert str(found.requirements[0].place) == "reqs/base.txt:2:1"


def test_a_single_file_and_the_default_backend(tmp_path):
    (tmp_path / "requirements.txt").write_text("flask\n")
    text = (
        f'{HEAD}dynamic = ["dependencies"]\n'
        '[tool.setuptools.dynamic]\ndependencies.file = "requirements.txt"\n'
    )
    assert names(tmp_path, text) == ("flask",)


def test_dynamic_extras_in_files(tmp_path):
    (tmp_path / "export.txt").write_text("xlsxwriter\n")
    text = (
        f'{SETUPTOOLS}{HEAD}dynamic = ["optional-dependencies"]\ndependencies = ["flask"]\n'
        "[tool.setuptools.dynamic.optional-dependencies]\nExport = {file = ['export.txt']}\n"
    )
    assert names(tmp_path, text, "pyproject.toml[export]") == ("flask", "xlsxwriter")
    with pytest.raises(UndeterminedError, match="extra 'other' are computed by"):
        names(tmp_path, text, "pyproject.toml[other]")


def test_hatch_reads_requirement_files_with_its_plugin(tmp_path):
    (tmp_path / "requirements.txt").write_text("flask\n")
    text = (
        '[build-system]\nrequires = ["hatchling", "hatch-requirements-txt"]\n'
        f'build-backend = "hatchling.build"\n{HEAD}dynamic = ["dependencies"]\n'
        '[tool.hatch.metadata.hooks.requirements_txt]\nfiles = ["requirements.txt"]\n'
    )
    assert names(tmp_path, text) == ("flask",)


@pytest.mark.parametrize(
    ("system", "backend"),
    [
        (SETUPTOOLS, "setuptools.build_meta"),
        ("", "setuptools.build_meta:__legacy__"),
        ('[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n', "hatchl"),
        ('[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n', "own"),
    ],
)
def test_what_the_backend_computes_is_not_determined(tmp_path, system, backend):
    text = f'{system}{HEAD}dynamic = ["version", "dependencies"]\n'
    with pytest.raises(UndeterminedError) as error:
        names(tmp_path, text)
    assert error.value.message.startswith(
        f"pyproject.toml: dependencies are computed by the build backend ({backend}"
    )
    assert error.value.message.endswith("not checkable without running it")


def test_a_folder_whose_backend_computes_is_named_as_not_checked(tmp_path):
    (tmp_path / "requirements.txt").write_text("click\n-e .\n")
    (tmp_path / "pyproject.toml").write_text(f'{SETUPTOOLS}{HEAD}dynamic = ["dependencies"]\n')
    found = read_project(tmp_path, ["requirements.txt"], TARGET)
    (one,) = found.uncheckable
    assert (one.text, str(one.place)) == ("-e .", "requirements.txt:2:1")
    assert "computed by the build backend" in one.reason
    assert found.files == ["requirements.txt"]


def test_a_folder_brings_in_extras_and_the_files_of_its_backend(tmp_path):
    (tmp_path / "requirements.txt").write_text(".[export]\n")
    (tmp_path / "base.txt").write_text("flask\n")
    (tmp_path / "pyproject.toml").write_text(
        f'{SETUPTOOLS}{HEAD}dynamic = ["dependencies"]\n'
        '[project.optional-dependencies]\nexport = ["xlsxwriter"]\n'
        '[tool.setuptools.dynamic]\ndependencies = {file = "base.txt"}\n'
    )
    assert set(required_names(tmp_path, ["requirements.txt"], TARGET)) == {"flask", "xlsxwriter"}


GROUPS = (
    f'{HEAD}dependencies = ["flask"]\n[dependency-groups]\n'
    'Web_Test = ["pytest>=8", {include-group = "lint"}]\n'
    "lint = [\"ruff==0.9; os_name == 'posix'\", \"winlint; os_name == 'nt'\"]\n"
    'loop = [{include-group = "pool"}]\npool = [{include-group = "loop"}]\n'
    'lost = [{include-group = "lintt"}]\nbad = [3]\ntwo = [{include-group = "lint", x = 1}]\n'
)


def test_a_group_alone_with_what_it_includes(tmp_path):
    assert names(tmp_path, GROUPS, "pyproject.toml:web-test") == ("pytest", "ruff")
    found = read_project(tmp_path, ["pyproject.toml:web.test"], TARGET)
    assert [str(entry.place) for entry in found.requirements] == [
        "pyproject.toml:6:14",
        "pyproject.toml:7:10",
    ]


def test_a_group_beside_the_project(tmp_path):
    files = ("pyproject.toml", "pyproject.toml:lint")
    assert names(tmp_path, GROUPS, *files) == ("flask", "ruff")
    assert read_project(tmp_path, files, TARGET).files == ["pyproject.toml"]


def test_a_group_needs_no_project(tmp_path):
    text = '[dependency-groups]\ndev = ["pytest"]\n'
    assert names(tmp_path, text, "pyproject.toml:dev") == ("pytest",)


@pytest.mark.parametrize(
    ("group", "message", "hint"),
    [
        ("loop", "include one another: loop → pool → loop", "take one"),
        ("lost", "no dependency group called 'lintt', which lost includes", "did you mean 'lint'?"),
        ("web_tset", "no dependency group called 'web-tset'", "did you mean 'Web_Test'?"),
        ("bad", "3 is neither requirement nor include", "include-group"),
        ("two", "include-group stands beside something else", "include-group"),
    ],
)
def test_groups_that_cannot_be_followed(tmp_path, group, message, hint):
    with pytest.raises(UsageError) as error:
        names(tmp_path, GROUPS, f"pyproject.toml:{group}")
    assert message in error.value.message
    assert hint in error.value.hint


def test_groups_whose_names_are_the_same(tmp_path):
    text = "[dependency-groups]\nthe-dev = []\nThe_Dev = []\n"
    with pytest.raises(UsageError, match="'the-dev' and 'The_Dev' are the same"):
        names(tmp_path, text, "pyproject.toml:the-dev")


def test_an_unknown_extra_names_the_nearest(tmp_path):
    text = f'{HEAD}[project.optional-dependencies]\nexport = ["x"]\n'
    with pytest.raises(UsageError) as error:
        names(tmp_path, text, "pyproject.toml[exprot]")
    assert error.value.hint == "did you mean 'export'?"


def test_an_extra_that_names_the_project_itself_is_followed(tmp_path):
    text = f'{HEAD}[project.optional-dependencies]\nall = ["shop[pdf]"]\npdf = ["reportlab"]\n'
    assert names(tmp_path, text, "pyproject.toml[all]") == ("reportlab",)
