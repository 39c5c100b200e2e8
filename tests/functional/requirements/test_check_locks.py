"""Locks against an index on this machine: checked as they stand, nothing is resolved."""

import json

MANYLINUX = "manylinux_2_17_x86_64"


def uv_lock(index, *names):
    own = "version = 1\n\n[[package]]\nname = 'p'\nversion = '0'\nsource = { editable = '.' }\n"
    stated = ", ".join(f"{{ name = '{name}' }}" for name in names)
    own += f"dependencies = [{stated}]\n"
    for name in names:
        files = [filename for filename, _ in index.pages[name]]
        entries = [f"{{ url = '{index.url}/../files/{file}', size = 5 }}" for file in files]
        wheels = [entry for entry in entries if ".whl" in entry]
        own += f"\n[[package]]\nname = '{name}'\nversion = '1.0'\nsource = {{ registry = 'x' }}\n"
        own += f"wheels = [{', '.join(wheels)}]\n"
    return own


def test_uv_lock_needs_no_index_for_its_verdicts(index, check, project):
    index.wheel("a", "1.0")
    index.wheel("b", "1.0", f"cp311-cp311-{MANYLINUX}", requires=["gone"])
    (project / "uv.lock").write_text(uv_lock(index, "a", "b"))
    checks, findings, result = check(files=("uv.lock",))
    assert {n: c.verdict for n, c in checks.items()} == {"a": "wheel", "b": "no-such-version"}
    assert [f.code for f in findings] == ["BF105"]
    assert "everything installs on Python 3.11" in findings[0].remedy
    assert result.resolved
    # Only for the way out.
    assert index.asked == ["/simple/b/"]


def test_the_way_out_of_a_lock_is_asked_of_an_index_that_answers(index, check, project):
    index.wheel("a", "1.0")
    index.wheel("b", "1.0", f"cp311-cp311-{MANYLINUX}")
    lock = uv_lock(index, "a", "b")
    index.wheel("b", "2.0")
    (project / "uv.lock").write_text(lock)
    checks, (finding,), _ = check(files=("uv.lock",))
    assert "nearest with a wheel: b 2.0 (later)" in finding.remedy
    # That it does not answer takes nothing from the verdicts.
    index.answers["/simple/b/"] = lambda h: h.give(500, "text/plain", b"")
    again, (finding,), _ = check(files=("uv.lock",), freshness="refresh")
    assert again == checks
    assert "nearest" not in finding.remedy


def test_poetry_lock_takes_the_files_that_it_lists(index, check, project):
    index.wheel("a", "1.0", f"cp311-cp311-{MANYLINUX}")
    # Uploaded after the lock was written: an installer refuses it.
    index.wheel("a", "1.0", f"cp312-cp312-{MANYLINUX}")
    (project / "poetry.lock").write_text(
        "[[package]]\nname = 'a'\nversion = '1.0'\ngroups = ['main']\n"
        f"files = [{{file = 'a-1.0-cp311-cp311-{MANYLINUX}.whl', hash = 'sha256:1'}}]\n"
        "[[package]]\nname = 'gone'\nversion = '1.0'\ngroups = ['main']\n"
        "[metadata]\nlock-version = '2.1'\n"
    )
    checks, _, _ = check(files=("poetry.lock",))
    assert not checks["a"].installs
    assert checks["gone"].evidence[-1] == "the index has no project called gone"
    checks, _, _ = check(files=("poetry.lock",), python="3.11")
    assert checks["a"].installs


def test_pipfile_lock_holds_its_hashes(index, check, project):
    index.wheel("a", "1.0")
    (digest,) = (entry for entry in json.loads(index.page("a")[1])["files"])
    for sha, installs in ((digest["hashes"]["sha256"], True), ("0" * 64, False)):
        lock = {
            "_meta": {"pipfile-spec": 6},
            "default": {"a": {"version": "==1.0", "hashes": [f"sha256:{sha}"]}},
        }
        (project / "Pipfile.lock").write_text(json.dumps(lock))
        checks, _, _ = check(files=("Pipfile.lock",))
        assert checks["a"].installs is installs
