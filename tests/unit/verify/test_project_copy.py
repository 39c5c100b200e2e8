import socket

import pytest

from bootfit.verify import project_copy


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    (root / "pkg" / "deep").mkdir(parents=True)
    (root / "pkg" / "__init__.py").write_text("own")
    (root / "pkg" / "deep" / "kept.txt").write_text("kept")
    (root / ".git").mkdir()
    (root / "Procfile").write_text("the user's")
    return root


def test_the_project_is_copied_with_the_emitted_files_on_top(project, tmp_path):
    view = tmp_path / "view"
    files = {"Procfile": "web: x\n", "pkg/deep/new.txt": "new"}
    assert project_copy.copy(view, project, files) == ()
    assert (view / "Procfile").read_text() == "web: x\n"
    assert (view / "pkg" / "deep" / "new.txt").read_text() == "new"
    assert (view / "pkg" / "deep" / "kept.txt").read_text() == "kept"
    assert not (view / ".git").exists()
    (view / "pkg" / "__init__.py").write_text("changed")
    assert (project / "pkg" / "__init__.py").read_text() == "own"
    assert (project / "Procfile").read_text() == "the user's"
    assert not (project / "pkg" / "deep" / "new.txt").exists()


def test_links_lead_to_the_copy_and_what_lies_outside_is_copied_in_place(project, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "data.db").write_text("data")
    (project / "data").symlink_to(outside)
    (project / "within").symlink_to(project / "pkg")
    (project / "nowhere").symlink_to("not-there")
    (outside / "round").symlink_to(outside)
    view = tmp_path / "view"
    project_copy.copy(view, project, {})
    (view / "data" / "data.db").write_text("changed")
    (view / "within" / "__init__.py").write_text("changed")
    assert (outside / "data.db").read_text() == "data"
    assert (project / "pkg" / "__init__.py").read_text() == "own"
    assert (view / "pkg" / "__init__.py").read_text() == "changed"
    assert (view / "nowhere").is_symlink()


def test_environments_are_links_and_sockets_are_passed_over(project, tmp_path, monkeypatch):
    (project / ".venv").mkdir()
    (project / ".venv" / "pyvenv.cfg").write_text("")
    monkeypatch.chdir(project)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("open.sock")
        view = tmp_path / "view"
        project_copy.copy(view, project, {})
    assert (view / ".venv").is_symlink()
    assert not (view / "open.sock").exists()


def test_a_copy_inside_the_project_does_not_hold_itself(project):
    view = project / "build" / "view"
    project_copy.copy(view, project, {})
    assert (view / "Procfile").exists()
    assert not (view / "build" / "view").exists()


@pytest.mark.parametrize(("limit", "value"), [("LARGEST_BYTES", 20), ("MOST_FILES", 3)])
def test_what_is_too_large_to_copy_is_told(limit, value, project, tmp_path, monkeypatch):
    (project / "uploads").mkdir()
    (project / "uploads" / "film").write_text("x" * 30)
    monkeypatch.setattr(project_copy, "_cloned", lambda *_: False)
    monkeypatch.setattr(project_copy, limit, value)
    (told,) = project_copy.copy(tmp_path / "view", project, {})
    assert told.startswith("uploads/film is too large to copy")
    assert not (tmp_path / "view" / "uploads" / "film").exists()
