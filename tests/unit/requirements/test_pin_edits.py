"""Other versions in requirement files: every other character stays."""

import pytest
from packaging.version import Version

from bootfit.requirements.inquiry import pinned_version
from bootfit.requirements.pin_edit import NotEditable, PinChange, edit_lines, edit_toml
from bootfit.requirements.requirement_file import RequirementEntry, parse_entries


def changes(text, versions, hashes=()):
    return [
        PinChange(
            entry,
            pinned_version(entry),
            Version(versions[entry.requirement.name]),
            hashes if entry.hashes else (),
        )
        for entry in parse_entries(text, "r.txt")
        if isinstance(entry, RequirementEntry) and entry.requirement.name in versions
    ]


def edited(text, versions, hashes=()):
    return edit_lines(text, changes(text, versions, hashes), "r.txt")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("numpy==1.24.4\n", "numpy==2.1.0\n"),
        ("numpy == 1.24.4", "numpy == 2.1.0"),
        ("a\r\nnumpy==1.24.4  # ==1.24.4\r\nb", "a\r\nnumpy==2.1.0  # ==1.24.4\r\nb"),
        ("  numpy[x] (==1.24.4)\n", "  numpy[x] (==2.1.0)\n"),
        ("numpy<3,==1.24.4,>1\n", "numpy<3,==2.1.0,>1\n"),
        ("numpy==1.24.4; python_version=='3.9'\n", "numpy==2.1.0; python_version=='3.9'\n"),
        (
            "numpy \\\n  ==1.24.4 \\\n  ; os_name=='posix'\n",
            "numpy \\\n  ==2.1.0 \\\n  ; os_name=='posix'\n",
        ),
        (
            "-i https://x.test/\n\n\tnumpy==1.24.4\nz==1.24.4\n",
            "-i https://x.test/\n\n\tnumpy==2.1.0\nz==1.24.4\n",
        ),
    ],
)
def test_the_version_alone_changes(before, after):
    assert edited(before, {"numpy": "2.1.0"}) == after


def test_the_same_name_twice_is_told_apart_by_its_line():
    text = "numpy==1.0; python_version<'3.9'\nnumpy==1.0; python_version>='3.9'\n"
    change = changes(text, {"numpy": "2"})[1:]
    assert edit_lines(text, change, "r.txt") == text.replace(
        "1.0; python_version>", "2; python_version>"
    )


def test_hashes_are_replaced_in_the_layout_of_the_old_ones():
    old = " \\\n    ".join(["a==1", *(f"--hash=sha256:{n}" for n in ("aa", "bb", "cc"))])
    text = f"{old}\n    # via b\nz==1\n"
    new = edited(text, {"a": "2"}, ("sha256:11", "sha256:22"))
    assert new == "a==2 \\\n    --hash=sha256:11 \\\n    --hash=sha256:22\n    # via b\nz==1\n"


def test_one_hash_on_the_line_is_followed_by_others_on_the_line():
    text = "a==1; os_name=='nt' --hash=sha256:aa # end\n"
    new = edited(text, {"a": "2"}, ("sha256:11", "sha256:22"))
    assert new == "a==2; os_name=='nt' --hash=sha256:11 --hash=sha256:22 # end\n"


@pytest.mark.parametrize(
    "text", ["a==1.\\\n0\n", "a==1.0 --hash sha256:aa --global-option=x --hash=sha256:bb\n"]
)
def test_what_is_written_oddly_is_refused(text):
    with pytest.raises(NotEditable):
        edited(text, {"a": "2"}, ("sha256:11",))


def test_a_file_that_changed_meanwhile_is_refused():
    change = changes("a==1\n", {"a": "2"})
    for other in ("b\na==1\n", "a==1.5\n", ""):
        with pytest.raises(NotEditable):
            edit_lines(other, change, "r.txt")


PYPROJECT = """\
# "numpy==1.24.4"
[project]
name = "numpy==1.24.4"
description = '''
dependencies = ["numpy==1.24.4"]
'''
dependencies = [
  "numpy==1.24.4",   # the frames' arrays
  'pandas==2.1.4 ; python_version >= "3.9"',
  "web==1; python_version >= \\"3.9\\"",
]
[project.optional-dependencies]
ml = ["numpy==1.24.4", "numpy==1.24.3"]
[dependency-groups]
dev = [{include-group = "x"}, "numpy==1.24.4"]
x = []
[tool.other]
dependencies = ["numpy==1.24.4"]
"""


def test_strings_of_arrays_of_requirements_change_and_nothing_else():
    lines = (
        'numpy==1.24.4\npandas==2.1.4 ; python_version >= "3.9"\nweb==1; python_version >= "3.9"\n'
    )
    wanted = changes(lines, {"numpy": "2.1.0", "pandas": "2.2.3", "web": "3"})
    new = edit_toml(PYPROJECT, wanted, "pyproject.toml")
    old_lines, new_lines = PYPROJECT.splitlines(), new.splitlines()
    assert len(old_lines) == len(new_lines)
    assert [b for a, b in zip(old_lines, new_lines, strict=True) if a != b] == [
        '  "numpy==2.1.0",   # the frames\' arrays',
        "  'pandas==2.2.3 ; python_version >= \"3.9\"',",
        '  "web==3; python_version >= \\"3.9\\"",',
        'ml = ["numpy==2.1.0", "numpy==1.24.3"]',
        'dev = [{include-group = "x"}, "numpy==2.1.0"]',
    ]


def test_a_requirement_over_several_lines_of_toml_is_refused():
    text = '[project]\ndependencies = ["""\nnumpy==1.24.4"""]\n'
    with pytest.raises(NotEditable, match="not written as one string"):
        edit_toml(text, changes("numpy==1.24.4\n", {"numpy": "2"}), "pyproject.toml")
