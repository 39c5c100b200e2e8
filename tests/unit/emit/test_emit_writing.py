import os
import stat
from dataclasses import replace

import pytest

from bootfit.emit import emit_all
from bootfit.emit.writing import check, compare, diff, is_untouched, stamped, write
from bootfit.model.errors import UsageError
from unit.emit.emitting import a_context, a_plan

OLD, NEW = stamped("workers = 1\n"), stamped("workers = 2\n")


def states(root, files):
    return {file.path: file.state for file in compare(root, files)}


@pytest.mark.parametrize(
    ("before", "state"),
    [
        (None, "new"),
        (NEW, "same"),
        (NEW.replace("\n", "\r\n"), "same"),
        (OLD, "differs"),
        (OLD.replace("\n", "\r\n"), "differs"),
        (OLD + "# mine\n", "hand-made"),
        (OLD.replace("= 1", "= 9"), "hand-made"),
        ("workers = 1\n", "hand-made"),
        ("", "hand-made"),
    ],
)
def test_a_file_is_known_by_its_header(tmp_path, before, state):
    if before is not None:
        (tmp_path / "g.py").write_text(before, encoding="utf-8", newline="")
    assert states(tmp_path, {"g.py": NEW}) == {"g.py": state}


def test_bytes_that_are_no_text_are_somebody_elses(tmp_path):
    (tmp_path / "g.py").write_bytes(b"\xff\xfe")
    assert states(tmp_path, {"g.py": NEW}) == {"g.py": "hand-made"}


def test_a_file_without_a_header_that_differs_is_hand_made(tmp_path):
    (tmp_path / ".python-version").write_text("3.12\n", encoding="utf-8")
    assert states(tmp_path, {".python-version": "3.11\n"}) == {".python-version": "hand-made"}
    assert states(tmp_path, {".python-version": "3.12\n"}) == {".python-version": "same"}


def test_writing_then_checking_finds_nothing(tmp_path):
    files = {"g.py": NEW, "deploy/render.yaml": stamped("services: []\n"), "Procfile": "web: x\n"}
    assert [file.state for file in write(tmp_path, files)] == ["new"] * 3
    assert check(tmp_path, files) == ()
    assert diff(tmp_path, files) == ""
    assert is_untouched((tmp_path / "g.py").read_text(encoding="utf-8"))


def test_our_own_file_is_written_over_and_nothing_is_left_beside_it(tmp_path):
    (tmp_path / "g.py").write_text(OLD, encoding="utf-8")
    write(tmp_path, {"g.py": NEW})
    assert (tmp_path / "g.py").read_text(encoding="utf-8") == NEW
    assert [path.name for path in tmp_path.iterdir()] == ["g.py"]


def test_a_hand_made_file_stops_all_writing_unless_forced(tmp_path):
    (tmp_path / "g.py").write_text("mine\n", encoding="utf-8")
    files = {"a.py": NEW, "g.py": NEW}
    with pytest.raises(UsageError, match=r"by hand: g\.py") as caught:
        write(tmp_path, files)
    assert "--force" in caught.value.hint
    assert not (tmp_path / "a.py").exists()
    assert (tmp_path / "g.py").read_text(encoding="utf-8") == "mine\n"
    write(tmp_path, files, force=True)
    assert check(tmp_path, files) == ()


def test_what_is_the_same_is_not_touched(tmp_path):
    path = tmp_path / "g.py"
    path.write_text(NEW, encoding="utf-8")
    os.utime(path, (1, 1))
    write(tmp_path, {"g.py": NEW})
    assert path.stat().st_mtime == 1


def test_permissions_are_kept_and_new_files_get_the_usual_ones(tmp_path):
    path = tmp_path / "g.py"
    path.write_text(OLD, encoding="utf-8")
    path.chmod(0o600)
    write(tmp_path, {"g.py": NEW, "new.py": NEW})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    usual = tmp_path / "usual"
    usual.touch()
    assert (tmp_path / "new.py").stat().st_mode == usual.stat().st_mode


def test_a_link_is_followed_and_stays_a_link(tmp_path):
    (tmp_path / "real.py").write_text(OLD, encoding="utf-8")
    (tmp_path / "g.py").symlink_to("real.py")
    write(tmp_path, {"g.py": NEW})
    assert (tmp_path / "g.py").is_symlink()
    assert (tmp_path / "real.py").read_text(encoding="utf-8") == NEW


@pytest.mark.parametrize("path", ["../out.py", "/etc/out.py", "a/../../out.py", ".", "", "a\0b"])
def test_nothing_is_written_outside_the_project(tmp_path, path):
    root = tmp_path / "project"
    root.mkdir()
    with pytest.raises(UsageError):
        write(root, {path: NEW}, force=True)
    assert list(tmp_path.rglob("*.py")) == []


def test_a_link_that_leads_outside_is_not_followed(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "out.py").write_text(OLD, encoding="utf-8")
    (root / "g.py").symlink_to(tmp_path / "out.py")
    with pytest.raises(UsageError, match="outside"):
        write(root, {"g.py": NEW})


def test_a_folder_in_the_way_is_one_clear_line(tmp_path):
    (tmp_path / "g.py").mkdir()
    with pytest.raises(UsageError, match=r"cannot read g\.py"):
        compare(tmp_path, {"g.py": NEW})


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch):
    (tmp_path / "g.py").write_text(OLD, encoding="utf-8")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left"):
        write(tmp_path, {"g.py": NEW})
    assert [path.name for path in tmp_path.iterdir()] == ["g.py"]
    assert (tmp_path / "g.py").read_text(encoding="utf-8") == OLD


def test_the_diff_is_one_that_patch_understands(tmp_path):
    (tmp_path / "g.py").write_text("a\nb", encoding="utf-8")
    assert diff(tmp_path, {"g.py": "a\nc\n", "n.py": "x\n"}) == (
        "--- a/g.py\n+++ b/g.py\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n"
        "--- /dev/null\n+++ b/n.py\n@@ -0,0 +1 @@\n+x\n"
    )


def test_files_without_a_header_are_known_again_by_what_was_written_with_them(tmp_path):
    write(tmp_path, emit_all(a_plan(), a_context(), ["gunicorn", "procfile"]))
    moved = replace(a_plan(), app="shop.other:app")
    again = emit_all(moved, a_context(), ["gunicorn", "procfile"])
    # Of the second only comments change, and one of them tells of the first.
    assert states(tmp_path, again) == {"Procfile": "differs", "gunicorn.conf.py": "same"}
    write(tmp_path, again)
    assert set(states(tmp_path, again).values()) == {"same"}
    assert "shop.other:app" in (tmp_path / "Procfile").read_text()
    (tmp_path / "Procfile").write_text("web: mine\n")
    assert states(tmp_path, again)["Procfile"] == "hand-made"
