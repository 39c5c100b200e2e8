"""Requirement files that are none: one line that names the place, and nothing read for ever."""

import os

import pytest

from bootfit.model.errors import UsageError
from bootfit.model.platform import Target
from bootfit.requirements import project_files
from bootfit.requirements.project_files import read_project

TARGET = Target(python="3.11.9", libc="glibc", libc_version="2.36", architecture="x86_64")


def complaint(folder, data, file="requirements.txt"):
    if data is not None:
        (folder / file).write_bytes(data)
    with pytest.raises(UsageError) as caught:
        read_project(folder, [file], TARGET)
    assert "\n" not in caught.value.message
    assert caught.value.hint
    assert len(caught.value.message) < 300
    return caught.value.message


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        (b"flask\nclick\x00==8\n", "2:6", "a NUL byte"),
        (b"flask\n\xff\n", "2:1", "not UTF-8 text"),
        (b"\xff\xfe\x00", "1:3", "not UTF-16 text"),
        ("a\n\0".encode("utf-32"), "2:1", "a NUL"),
        (b"\xff\xfe\0\0a", "1:5", "not UTF-32 text"),
        (b"# coding: klingon\n", "1:1", "klingon"),
        (b"# coding: zip\n", "1:1", "zip"),
        (b"a\n\n# coding: latin-1\n\xe9\n", "4:1", "not UTF-8 text"),
        (b"flask\n._-\n", "2:1", "no name is left when it is normalized"),
        (b"_\n", "1:1", "no name is left"),
        (b"flask==abc\n", "1:8", "'abc' is not a version"),
        (b"flask == 1.0.x\n", "1:10", "'1.0.x' is not a version"),
        (b"flask>=1,<two; python_version > '3'\n", "1:11", "'two' is not a version"),
        (b"flask===abc\n", "1:9", "'abc' is not a version"),
        (b"flask ~= 1\n", "1:10", "~= needs two numbers, as in ~=1.0"),
        (b"flask==1" + b"9" * 20 + b"\n", "1:8", "beyond all versions"),
        (b"a" * 100_000, "1:1", "at most 200 letters"),
        (b"flask==1" + b".0" * 50_000 + b"x", "1:8", "is not a version"),
        (b"flask==1.0 --hash=md5\n", "1", "--hash=md5 is not a hash"),
        (b"--hash=sha256:aa\n", "1:1", "--hash stands without a requirement"),
    ],
)
def test_one_line_that_names_the_place(tmp_path, data, place, words):
    message = complaint(tmp_path, data)
    assert message.startswith(f"requirements.txt:{place}: ")
    assert words in message


@pytest.mark.parametrize(
    ("stated", "words"),
    [("._-", "no name is left"), ("flask==abc", "'abc' is not a version"), ("_", "no name")],
)
def test_a_pyproject_says_it_as_well(tmp_path, stated, words):
    text = f'[project]\nname = "p"\nversion = "1"\ndependencies = ["{stated}"]\n'
    message = complaint(tmp_path, text.encode(), "pyproject.toml")
    assert message.startswith("pyproject.toml:4:")
    assert words in message


@pytest.mark.parametrize(
    "line", ["flask==1.*", "flask!=1.0.*", "flask===1.0", "a @ https://x.test/a==b", ".", "./_",
             "flask==1!2.0+local", "flask==2024.10.31.123456", "flask; platform_release >= 'x'"]
)  # fmt: skip
def test_what_is_fine_stays_fine(tmp_path, line):
    (tmp_path / "requirements.txt").write_text(f"{line}\n")
    read_project(tmp_path, ["requirements.txt"], TARGET)


def test_a_flood_is_not_read(tmp_path):
    (tmp_path / "requirements.txt").write_bytes(b"flask\n")
    os.truncate(tmp_path / "requirements.txt", 100 * 1024**2)
    assert "larger than 8" in complaint(tmp_path, None)


def test_more_requirements_than_anything_installs(tmp_path, monkeypatch):
    monkeypatch.setattr(project_files, "MAX_REQUIREMENTS", 3)
    (tmp_path / "requirements.txt").write_text("a\nb\nc\n")
    read_project(tmp_path, ["requirements.txt"], TARGET)
    message = complaint(tmp_path, b"a\nb\nc\nd\n")
    assert message.startswith("requirements.txt:4:1: more than 3 requirements")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no named pipes")
def test_neither_pipes_nor_devices_nor_folders_are_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "folder").mkdir()
    for name in ("pipe.txt", "folder", "/dev/zero"):
        message = complaint(tmp_path, f"# us\n-r {name}\n".encode())
        assert message.startswith("requirements.txt:2:1: ")
        assert message.endswith("is not a file")


@pytest.mark.parametrize("option", ["-r", "-c"])
def test_a_cycle_is_named(tmp_path, option):
    (tmp_path / "a.txt").write_text("-r sub/b.txt\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.txt").write_text(f"flask\n{option} ../a.txt\n")
    message = complaint(tmp_path, b"click\n-r ./a.txt\n")
    assert message == (
        "sub/b.txt:2:1: requirement files include one another: a.txt → sub/b.txt → a.txt"
    )


def test_files_that_include_each_other_twice_are_read_once(tmp_path):
    for number in range(40):
        line = f"-r {number + 1}.txt\n"
        (tmp_path / f"{number}.txt").write_text(line + line + f"p{number}\n")
    (tmp_path / "40.txt").write_text("last\n-c pins.txt\n")
    (tmp_path / "pins.txt").write_text("last==1.0\n")
    found = read_project(tmp_path, ["0.txt"], TARGET)
    assert len(found.requirements) == 41
    assert [entry.text for entry in found.constraints] == ["last==1.0"]
    assert len(found.files) == 42


@pytest.mark.parametrize(
    "data",
    [
        "# été\nflask\n".encode("utf-8-sig"),
        "# été\nflask\n".encode("utf-16"),
        "# été\nflask\n".encode("utf-32"),
        "# -*- coding: latin-1 -*-\n# été\nflask\n".encode("latin-1"),
        "\n# vim: set fileencoding=cp1252 :\nflask  # été\n".replace("\n#", "#", 1).encode(
            "cp1252"
        ),
    ],
)
def test_encodings_that_a_file_states(tmp_path, data):
    (tmp_path / "requirements.txt").write_bytes(data)
    found = read_project(tmp_path, ["requirements.txt"], TARGET)
    assert [entry.requirement.name for entry in found.requirements] == ["flask"]


def test_files_that_include_one_another_without_end(tmp_path):
    for number in range(1500):
        (tmp_path / f"{number}.txt").write_text(f"-r {number + 1}.txt\n")
    assert "more than 50 deep" in complaint(tmp_path, None, "0.txt")
