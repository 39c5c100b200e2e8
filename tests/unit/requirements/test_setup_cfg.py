"""What a setup.cfg requires, read as setuptools reads it and without running anything."""

import pytest

from bootfit.model.errors import UndeterminedError, UsageError
from bootfit.requirements import required_names
from bootfit.requirements.project_files import read_project

CONFIG = """\
[metadata]
name = shop
description = web for all

[options]
packages = find:
python_requires = >=3.10
install_requires =
    # the web
    web>=1.0
    old; python_version < "3.9"
    torch @ https://x.test/torch.whl
install-requires = ignored

[options.extras_require]
Export = sheets; pens==2
"""


@pytest.fixture
def read(tmp_path, target):
    def run(text, name="setup.cfg", **others):
        (tmp_path / "setup.cfg").write_text(text)
        for path, content in others.items():
            (tmp_path / path.replace("_", ".")).write_text(content)
        return read_project(tmp_path, [name], target("3.12"))

    return run


def names(found):
    return [entry.requirement.name for entry in found.requirements]


def test_requirements_stand_with_their_lines_and_markers_are_the_targets(read):
    found = read(CONFIG)
    assert [(str(e.place), e.text) for e in found.requirements] == [("setup.cfg:10:5", "web>=1.0")]
    assert [(e.reason, e.place.line) for e in found.uncheckable] == [("it is a URL", 12)]
    assert [(text, place.line) for text, place in found.requires_python] == [(">=3.10", 7)]
    assert found.files == ["setup.cfg"]


def test_extras_and_the_short_forms(read, tmp_path, target):
    assert names(read(CONFIG, "setup.cfg[export]")) == ["web", "sheets", "pens"]
    assert names(read("[options]\ninstall-requires = a; b>=2\n")) == ["a", "b"]
    assert names(read("[options]\ninstall_requires = file: r.txt\n", r_txt="c\nd\n")) == ["c", "d"]
    assert required_names(tmp_path, ["setup.cfg"], target("3.12")) == ("c", "d")


def test_a_setup_script_that_says_nothing_of_them_leaves_it_to_the_file(read):
    script = "from setuptools import setup\nsetup(ext_modules=[])\n"
    assert names(read(CONFIG, setup_py=script)) == ["web"]


@pytest.mark.parametrize(
    ("text", "script"),
    [
        (CONFIG, "setup(install_requires=[])"),
        (CONFIG, "setup(**known)"),
        (CONFIG, "import tool; tool.run()"),
        (CONFIG, "def broken(:"),
        ("[metadata]\nname = x\n", "setup()"),
    ],
)
def test_what_a_setup_script_may_say_is_not_guessed(read, text, script):
    with pytest.raises(UndeterminedError, match=r"setup\.py beside it passes"):
        read(text, setup_py=script)


@pytest.mark.parametrize(
    ("text", "name", "complaint"),
    [
        ("[metadata]\nname = x\n", "setup.cfg", "no install_requires in"),
        ("install_requires = a\n", "setup.cfg", "this is no setup.cfg"),
        (CONFIG, "setup.cfg[exprot]", "no optional dependencies called 'exprot'"),
        (CONFIG, "setup.cfg:dev", "no dependency groups"),
        ("[options]\ninstall_requires =\n  fine\n  a ==\n", "setup.cfg", "setup.cfg:4:"),
        ("[options]\npython_requires = three\ninstall_requires = a", "setup.cfg", "setup.cfg:2:"),
    ],
)
def test_what_cannot_be_understood_is_one_line(read, text, name, complaint):
    with pytest.raises(UsageError) as caught:
        read(text, name)
    assert complaint in caught.value.message
    assert "\n" not in caught.value.message


def test_a_project_table_takes_its_place(read):
    project = "[project]\nname = 'x'\nversion = '1'\n"
    with pytest.raises(UsageError, match="setuptools takes the requirements from"):
        read(CONFIG, pyproject_toml=project)
    assert names(read(CONFIG, pyproject_toml=project + "dynamic = ['dependencies']\n")) == ["web"]
