"""Whatever the served app writes, the project on disk is as it was."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bootfit.model.errors import UsageError
from bootfit.model.finding import Severity
from bootfit.verify import overlay, project_copy, verify_plan
from bootfit.verify.project_view import open_view
from bootfit.verify.verify import Bounds
from unit.verify import plans

#: Writes to plain files, to a new folder, and to a database behind a link, and says what it sees.
APP = """\
import json, pathlib, sqlite3

HERE = pathlib.Path(__file__).parent

def app(environ, start_response):
    state = HERE / "state.json"
    seen = json.loads(state.read_text())
    state.write_text(json.dumps([*seen, "again"]))
    with (HERE / "log.txt").open("a") as log:
        log.write("more")
    (HERE / "uploads").mkdir(exist_ok=True)
    (HERE / "uploads" / "new.txt").write_text("x")
    (HERE / "old.txt").unlink(missing_ok=True)
    for folder in ("inside", "outside"):
        with sqlite3.connect(HERE / folder / "app.sqlite") as base:
            base.execute("insert into note values ('again')")
            whole = base.execute("select count(*) from note").fetchone()[0] > 1
        base.close()
    with sqlite3.connect(HERE / "single.sqlite") as base:
        base.execute("insert into note values ('again')")
    base.close()
    well = whole and "again" in json.loads(state.read_text()) and seen[0] == "own"
    start_response("200 OK" if well else "500 No", [])
    return [b""]
"""
QUICK = Bounds(boot_seconds=10, load_seconds=0.5, load_rounds=3, stop_seconds=3)


def database(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as base:
        base.execute("create table note (text)")
        base.execute("insert into note values ('own')")
    base.close()


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "a, project: with odd\\name"
    root.mkdir()
    (root / "writing.py").write_text(APP)
    (root / "state.json").write_text('["own"]')
    (root / "log.txt").write_text("own")
    (root / "old.txt").write_text("own")
    database(root / "data" / "app.sqlite")
    (root / "inside").symlink_to("data")
    database(tmp_path / "elsewhere" / "app.sqlite")
    (root / "outside").symlink_to(tmp_path / "elsewhere")
    database(tmp_path / "beside" / "one.sqlite")
    (root / "single.sqlite").symlink_to(tmp_path / "beside" / "one.sqlite")
    return root


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def run(root, interpreter=None, **more):
    plan = plans.plan("writing:app", workers=1, threads=1)
    evidence, findings = verify_plan(
        plan,
        plans.files(plan),
        plans.description("GET /"),
        plans.platform(),
        root=root,
        interpreter=interpreter or Path(sys.executable),
        bounds=QUICK,
        **more,
    )
    assert evidence.booted, evidence.log_tail
    assert [one.statuses.keys() for one in evidence.endpoints] == [{200}], evidence.log_tail
    return {finding.slug: finding for finding in findings}


def can_overlay(folder):
    try:
        overlay.cover(folder, folder, {})
    except overlay.OverlayUnavailableError:
        return False
    return True


@pytest.mark.parametrize("isolation", ["overlay", "copy"])
def test_nothing_of_the_project_changes(isolation, project, tmp_path):
    before = contents(tmp_path)
    if isolation == "overlay" and not can_overlay(tmp_path):
        pytest.skip("no overlay can be mounted here")
    before = contents(tmp_path)
    findings = run(project, isolations=[isolation])
    assert contents(tmp_path) == before
    assert ("not-isolated" in findings) == (isolation == "copy")
    if isolation == "copy":
        assert findings["not-isolated"].severity is Severity.WARNING


def editable(tmp_path, project, *, hook):
    """An environment that imports ``writing`` from the project, by a path or by a hook."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    (site,) = (tmp_path / "venv").glob("lib/python3*/site-packages")
    lines = [path for path in sys.path if path.endswith("site-packages")]
    if hook:
        (site / "__editable___writing_finder.py").write_text(
            "import importlib.util, sys\n"
            f"MAPPING = {{'writing': {str(project / 'writing')!r}}}\n"
            "class Finder:\n"
            "    @staticmethod\n"
            "    def find_spec(name, path=None, target=None):\n"
            "        if name in MAPPING:\n"
            "            place = MAPPING[name] + '.py'\n"
            "            return importlib.util.spec_from_file_location(name, place)\n"
            "sys.meta_path.append(Finder)\n"
        )
        lines.append("import __editable___writing_finder")
    else:
        lines.append(str(project))
    (site / "own.pth").write_text("\n".join(lines))
    return tmp_path / "venv" / "bin" / "python"


@pytest.mark.parametrize("hook", [False, True], ids=["path", "hook"])
def test_a_copy_is_imported_rather_than_an_editable_installation(hook, project, tmp_path):
    inner = project / "src"
    inner.mkdir()
    for path in list(project.iterdir()):
        if path != inner:
            path.rename(inner / path.name)
    python = editable(tmp_path, inner, hook=hook)
    before = contents(project)
    run(project, interpreter=python, isolations=["copy"])
    assert contents(project) == before


def test_an_oversized_instance_folder_is_an_error_where_it_must_be_copied(
    project, tmp_path, monkeypatch
):
    (project / "instance").mkdir()
    (project / "instance" / "large.db").write_bytes(b"x" * 100_000)
    monkeypatch.setattr(project_copy, "LARGEST_BYTES", 90_000)
    monkeypatch.setattr(project_copy, "_cloned", lambda *_: False)
    found = run(project, isolations=["copy"])["not-isolated"]
    assert found.severity is Severity.ERROR
    assert "instance/large.db is too large to copy" in found.evidence[0]


def test_a_large_instance_folder_is_seen_by_the_server_and_kept(project, tmp_path, monkeypatch):
    """No size is too large for an overlay."""
    if not can_overlay(tmp_path):
        pytest.skip("no overlay can be mounted here")
    monkeypatch.setattr(project_copy, "LARGEST_BYTES", 1)
    (project / "instance").mkdir()
    with (project / "instance" / "large.bin").open("wb") as file:
        file.truncate(300 * 1024 * 1024)
    (project / "writing.py").write_text(
        APP.replace("well =", "well = (HERE / 'instance' / 'large.bin').stat().st_size > 2**28 and")
    )
    assert "not-isolated" not in run(project)


def test_what_is_in_memory_is_refused_as_it_would_count_as_the_servers(tmp_path):
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK):
        pytest.skip("no file system in memory to try")
    with pytest.raises(overlay.OverlayUnavailableError, match="in memory"):
        overlay.cover(shared, tmp_path, {})


@pytest.mark.parametrize("path", ["/etc/passwd", "../outside", "a/../../b"])
def test_an_emitted_file_outside_is_refused(path, project, tmp_path):
    with pytest.raises(UsageError, match="not inside the project"):
        open_view(tmp_path / "view", project, {path: ""}, Path(sys.executable))


WITHOUT_PRIVILEGES = """\
import subprocess, sys
from pathlib import Path
from bootfit.verify.project_view import open_view

scratch, root = Path(sys.argv[1]), Path(sys.argv[2])
view = open_view(scratch, root, {"Procfile": "web: x"}, Path(sys.executable))
command = "echo more >> log.txt; cat log.txt Procfile"
done = subprocess.run([*view.launcher, "sh", "-c", command], cwd=view.folder, capture_output=True)
print(view.isolation, *view.weaknesses, done.stdout, done.stderr)
"""


#: Somebody who may read every file, as the tests' interpreter need not be theirs, and no more.
NOBODY = 54321
AS_NOBODY = (
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--inh-caps=-all,+dac_read_search",
    "--ambient-caps=-all,+dac_read_search",
)


@pytest.mark.root
@pytest.mark.parametrize("foreign", [False, True])
def test_who_has_no_privileges_gets_an_overlay_in_a_user_namespace(foreign):
    """What belongs to somebody else could not be copied up there: a copy it is then."""
    possible = [*AS_NOBODY, "unshare", "-Um", "true"]
    if not shutil.which("setpriv") or subprocess.run(possible, check=False).returncode:
        pytest.skip("user namespaces are not for everybody here")
    # Not pytest's own folder, which is open to nobody else.
    with tempfile.TemporaryDirectory(prefix="kept-") as name:
        top = Path(name)
        root, scratch = top / "project", top / "scratch"
        for folder in (root, scratch):
            folder.mkdir()
        (root / "log.txt").write_text("own")
        (root / "other.txt").write_text("own")
        for path in (top, root, scratch, root / "log.txt"):
            os.chown(path, NOBODY, NOBODY)
        if not foreign:
            os.chown(root / "other.txt", NOBODY, NOBODY)
        done = subprocess.run(
            [*AS_NOBODY, sys.executable, "-c", WITHOUT_PRIVILEGES, scratch, root],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "ownmore\\nweb: x" in done.stdout
        assert done.stdout.startswith("copy" if foreign else "overlay")
        assert ("belongs to another user" in done.stdout) == foreign
        assert (root / "log.txt").read_text() == "own"
        assert not (root / "Procfile").exists()
