"""Locks against an index on this machine: checked as they stand, nothing is resolved."""

import json
import string
import time

import pytest

MANYLINUX = "manylinux_2_17_x86_64"


def uv_lock(index, *names, registries=()):
    own = "version = 1\n\n[[package]]\nname = 'p'\nversion = '0'\nsource = { editable = '.' }\n"
    stated = ", ".join(f"{{ name = '{name}' }}" for name in names)
    own += f"dependencies = [{stated}]\n"
    for name in names:
        files = [filename for filename, _ in index.pages[name]]
        entries = [
            f"{{ url = '{index.url}/../files/{file}', size = 5, hash = 'sha256:{digest}' }}"
            for file, digest in zip(files, map(index.digest, files), strict=True)
        ]
        wheels = [entry for entry in entries if ".whl" in entry]
        registry = dict(registries).get(name, index.url)
        own += f"\n[[package]]\nname = '{name}'\nversion = '1.0'\n"
        own += f"source = {{ registry = '{registry}' }}\nwheels = [{', '.join(wheels)}]\n"
    return own


def pylock(index, *names):
    text = "lock-version = '1.0'\ncreated-by = 'hand'\n"
    for name in names:
        ((file, _), *_) = index.pages[name]
        text += f"[[packages]]\nname = '{name}'\nversion = '1.0'\nindex = '{index.url}'\n"
        text += f"wheels = [{{ url = '{index.url}/../files/{file}', "
        text += f"hashes = {{ sha256 = '{index.digest(file)}' }} }}]\n"
    return text


def test_uv_lock_needs_no_index_for_its_verdicts(index, check, project):
    index.wheel("a", "1.0")
    index.wheel("b", "1.0", f"cp311-cp311-{MANYLINUX}", requires=["gone"])
    (project / "uv.lock").write_text(uv_lock(index, "a", "b"))
    for freshness, words in (("offline", "offline, and"), ("young", "HTTP 500")):
        index.answers = {f"/simple/{n}/": lambda h: h.give(500, "text/plain", b"") for n in "ab"}
        checks, findings, result = check(files=("uv.lock",), freshness=freshness)
        assert {n: c.verdict for n, c in checks.items()} == {"a": "wheel", "b": "no-such-version"}
        assert [f.code for f in findings] == ["BF105", "BF107"]
        assert "everything installs on Python 3.11" in findings[0].remedy
        assert findings[1].message == (
            "whether the versions that uv.lock pins were withdrawn (yanked) is not known"
        )
        assert words in findings[1].evidence[0]
        assert result.resolved


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
    again, (finding, open_question), _ = check(files=("uv.lock",), freshness="refresh")
    assert again == checks
    assert "nearest" not in finding.remedy
    assert "whether 1 of 2 versions that uv.lock pins" in open_question.message


@pytest.mark.parametrize(
    "file", ["uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock", "hashed"]
)
def test_what_a_lock_pins_and_was_withdrawn_since_is_told_with_the_reason(
    index, check, project, file
):
    for name in "ab":
        index.wheel(name, "1.0")
    digests = {name: index.digest(f"{name}-1.0-py3-none-any.whl") for name in "ab"}
    texts = {
        "uv.lock": uv_lock(index, "a", "b"),
        "pylock.toml": pylock(index, "a", "b"),
        "poetry.lock": "".join(
            f"[[package]]\nname = '{name}'\nversion = '1.0'\ngroups = ['main']\n"
            f"files = [{{file = '{name}-1.0-py3-none-any.whl', hash = 'sha256:{digest}'}}]\n"
            for name, digest in digests.items()
        )
        + "[metadata]\nlock-version = '2.1'\n",
        "Pipfile.lock": json.dumps(
            {
                "_meta": {"pipfile-spec": 6},
                "default": {
                    name: {"version": "==1.0", "hashes": [f"sha256:{digest}"]}
                    for name, digest in digests.items()
                },
            }
        ),
        "hashed": "".join(f"{n}==1.0 --hash=sha256:{d}\n" for n, d in digests.items()),
    }
    (project / file).write_text(texts[file])
    index.yank("a-1.0-py3-none-any.whl", "it eats files")
    index.wheel("a", "1.1")
    checks, (finding,), _ = check(files=(file,))
    assert (finding.code, finding.subject) == ("BF106", "a")
    assert finding.message == "a 1.0 was withdrawn (yanked): it eats files"
    assert finding.place.path == file
    assert "a 1.1 (later)" in finding.remedy
    assert (checks["a"].yanked, checks["a"].installs) == ("it eats files", True)
    assert checks["b"].yanked is None


def test_an_index_that_hangs_is_waited_for_once(index, check, project):
    names = string.ascii_lowercase
    for name in names:
        index.wheel(name, "1.0")
        index.answers[f"/simple/{name}/"] = lambda _: index.release.wait(30)
    (project / "uv.lock").write_text(uv_lock(index, *names))
    begun = time.monotonic()
    checks, (finding,), _ = check(files=("uv.lock",), timeout=0.5)
    # Three are asked at a time: nine rounds of it would take 4.5 s.
    assert time.monotonic() - begun < 3
    assert all(one.installs for one in checks.values())
    assert finding.code == "BF107"
    assert "the versions that uv.lock pins" in finding.message
    assert "it did not answer in time" in finding.evidence[0]


def test_one_page_that_fails_hides_nothing_of_the_others(index, check, project):
    """However slow the index is: only what nothing comes of is not waited for again."""
    names = string.ascii_lowercase[:12]
    for name in names:
        index.wheel(name, "1.0")
    index.yank("l-1.0-py3-none-any.whl", "broken")

    def slowly(name):
        kind, page = index.page(name)

        def answer(handler):
            time.sleep(0.2)
            handler.give(200, kind, page.encode())

        return answer

    index.answers.update({f"/simple/{name}/": slowly(name) for name in names})
    index.answers["/simple/a/"] = lambda handler: handler.give(404, "text/plain", b"")
    (project / "uv.lock").write_text(uv_lock(index, *names))
    checks, findings, _ = check(files=("uv.lock",), timeout=0.5)
    assert checks["l"].yanked == "broken"
    assert [(one.code, one.subject) for one in findings] == [("BF106", "l"), ("BF107", "uv.lock")]
    assert "1 of 12 versions" in findings[1].message


def test_another_file_of_that_name_says_nothing_about_the_locked_one(index, check, project):
    index.wheel("a", "1.0")
    lock = uv_lock(index, "a").replace(index.digest("a-1.0-py3-none-any.whl"), "0" * 64)
    (project / "uv.lock").write_text(lock)
    index.yank("a-1.0-py3-none-any.whl", "another one")
    _, (finding,), _ = check(files=("uv.lock",))
    assert finding.code == "BF107"
    assert finding.evidence == ("the index does not have the files of a==1.0",)


def test_each_locked_package_is_asked_of_the_index_that_it_comes_from(index, check, project):
    """What a private index has is asked of no other; a folder is asked nothing."""
    for name in "abc":
        index.wheel(name, "1.0")
    index.wheel("d", "1.0")
    own = index.url.replace("/simple", "/own")
    kind, page = index.page("c")
    index.answers["/own/c/"] = lambda h: h.give(200, kind, page.encode())
    lock = uv_lock(index, *"abcd", registries={"c": own, "d": "../links"})
    (project / "uv.lock").write_text(lock)
    index.yank("a-1.0-py3-none-any.whl", "")
    # The lock says which index it is of: nothing else does.
    checks, findings, _ = check(files=("uv.lock",), url="")
    assert [f.code for f in findings] == ["BF106", "BF107"]
    assert findings[1].evidence == ("d comes from ../links, which is no index",)
    assert checks["a"].yanked == ""
    assert sorted(index.asked) == ["/own/c/", "/simple/a/", "/simple/b/"]


def locked(name, wheel, marker=""):
    return (
        f'[[packages]]\nname = "{name}"\nversion = "1.0"\n{marker}'
        f'wheels = [{{ url = "https://x.test/{wheel}", hashes = {{ sha256 = "aa" }} }}]\n\n'
    )


def test_a_lock_is_checked_as_it_stands(index, check, project):
    (project / "pylock.toml").write_text(
        'lock-version = "1.0"\ncreated-by = "hand"\nrequires-python = ">=3.11"\n\n'
        + locked("a", "a-1.0-py3-none-any.whl")
        + locked("b", "b-1.0-cp311-cp311-linux_x86_64.whl")
        + locked("c", "c-1.0-py3-none-any.whl", "marker = \"sys_platform == 'win32'\"\n")
        + '[[packages]]\nname = "d"\n'
        + 'vcs = { type = "git", url = "https://x.test/d.git", commit-id = "0" }\n'
    )
    checks, findings, _ = check(files=("pylock.toml",))
    assert {name: one.installs for name, one in checks.items()} == {"a": True, "b": False}
    assert [(f.code, f.subject, f.place.line) for f in findings] == [
        ("BF105", "b", 11),
        ("BF111", "d", 22),
        ("BF107", "pylock.toml", None),
    ]
    assert "everything installs on Python 3.11" in findings[0].remedy
    assert findings[2].evidence == (
        "the index does not have the project a",
        "the index does not have the project b",
    )


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
