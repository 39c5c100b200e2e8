from pathlib import PurePosixPath

import pytest

from bootfit.model.errors import UsageError
from bootfit.verify import server_folder


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    (root / "pkg" / "deep").mkdir(parents=True)
    (root / "pkg" / "__init__.py").write_text("own")
    (root / "pkg" / "deep" / "kept.txt").write_text("kept")
    (root / ".git").mkdir()
    (root / "Procfile").write_text("the user's")
    (root / "instance").mkdir()
    (root / "instance" / "data.sqlite").write_text("data")
    return root


def test_the_project_is_shown_with_the_emitted_files_on_top(project, tmp_path):
    view = tmp_path / "view"
    server_folder.build(view, project, {"Procfile": "web: x\n", "pkg/deep/new.txt": "new"})
    assert (view / "Procfile").read_text() == "web: x\n"
    assert (view / "pkg" / "__init__.py").read_text() == "own"
    assert (view / "pkg" / "deep" / "new.txt").read_text() == "new"
    assert (view / "pkg" / "deep" / "kept.txt").read_text() == "kept"
    assert not (view / ".git").exists()
    # Nothing of it in the project.
    assert (project / "Procfile").read_text() == "the user's"
    assert not (project / "pkg" / "deep" / "new.txt").exists()


def test_the_instance_folder_is_a_copy(project, tmp_path):
    view = tmp_path / "view"
    server_folder.build(view, project, {})
    (view / "instance" / "data.sqlite").write_text("changed")
    assert (project / "instance" / "data.sqlite").read_text() == "data"


def test_instance_folders_beside_imported_packages_are_copies_too(project, tmp_path):
    source = project / "src"
    (source / "instance").mkdir(parents=True)
    (source / "instance" / "data.sqlite").write_text("data")
    (source / "app.py").write_text("own")
    view = tmp_path / "view"
    server_folder.build(view, project, {}, [PurePosixPath("src"), PurePosixPath("not/there")])
    (view / "src" / "instance" / "data.sqlite").write_text("changed")
    (view / "src" / "instance2").mkdir()
    assert (view / "src" / "app.py").read_text() == "own"
    assert (source / "instance" / "data.sqlite").read_text() == "data"
    assert not (source / "instance2").exists()


def test_a_view_inside_the_project_does_not_hold_itself(project):
    view = project / "build" / "view"
    server_folder.build(view, project, {})
    assert (view / "Procfile").exists()
    assert not (view / "build").exists()


@pytest.mark.parametrize("path", ["/etc/passwd", "../outside", "a/../../b"])
def test_a_file_outside_is_refused(project, tmp_path, path):
    with pytest.raises(UsageError, match="not inside the project"):
        server_folder.build(tmp_path / "view", project, {path: ""})


def test_databases_anywhere_are_copies_and_too_large_ones_are_told(project, tmp_path, monkeypatch):
    (project / "db.sqlite3").write_text("users")
    (project / "pkg" / "deep" / "cache.db").write_text("cached")
    (project / ".venv").mkdir()
    (project / ".venv" / "pyvenv.cfg").write_text("")
    (project / ".venv" / "index.db").write_text("not the app's")
    view = tmp_path / "view"
    assert server_folder.build(view, project, {}) == ()
    (view / "db.sqlite3").write_text("changed")
    (view / "pkg" / "deep" / "cache.db").write_text("changed")
    assert (project / "db.sqlite3").read_text() == "users"
    assert (project / "pkg" / "deep" / "cache.db").read_text() == "cached"
    assert (view / ".venv").is_symlink()
    monkeypatch.setattr(server_folder, "_LARGEST_COPY", 5)
    (told,) = server_folder.build(tmp_path / "again", project, {})
    assert told.startswith("pkg/deep/cache.db is too large")
