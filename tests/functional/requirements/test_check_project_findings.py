"""What is said about a project as a whole: its Python, its target, what its files leave open."""

import pytest

from bootfit.model.finding import Severity
from bootfit.platforms import by_hand, load_platform, target_for
from bootfit.requirements.project_check import check_files

MANYLINUX = "manylinux_2_17_x86_64"


@pytest.fixture
def told(index, project):
    """Check requirement lines and return what was found, by slug."""

    def run(*lines, python="3.12", platform="render-free", target=None, **known):
        (project / "requirements.txt").write_text("\n".join(lines) + "\n")
        profile = load_platform(platform)
        if target:
            profile, chosen = by_hand(profile, target, python)
        else:
            chosen = target_for(profile, python)
        result, findings = check_files(
            project,
            ["requirements.txt"],
            profile,
            chosen,
            index_url=index.url,
            exclude_newer=known.pop("exclude_newer", None),
            progress=lambda _: None,
            timeout_seconds=10,
            **known,
        )
        return {finding.slug: finding for finding in findings}, result

    index.wheel("a", "1.0")
    return run


def test_nothing_pins_the_python_and_the_default_is_another(told):
    findings, _ = told("a==1.0")
    finding = findings["other-python-runs"]
    assert finding.severity is Severity.WARNING
    assert finding.message == (
        "Render Free runs Python 3.14.3, 3.12 was checked: nothing that it reads pins a Python"
    )
    assert finding.remedy.startswith("pin 3.12 in PYTHON_VERSION or .python-version")


def test_the_default_that_was_checked_is_fine(told):
    assert told("a==1.0", python="3.14")[0] == {}


def test_a_python_that_is_pinned_where_the_platform_reads_it_is_fine(told, project):
    (project / ".python-version").write_text("3.12.4\n")
    (project / "runtime.txt").write_text("python-3.12.1\n")
    assert told("a==1.0")[0] == {}


def test_another_python_is_pinned_than_was_checked(told, project):
    (project / ".python-version").write_text("3.11.9\n")
    finding = told("a==1.0")[0]["other-python-runs"]
    assert "Python 3.11.9, 3.12 was checked: .python-version asks for it" in finding.message
    assert str(finding.place).startswith(".python-version:1")


def test_runtime_txt_is_not_read_by_render_but_by_heroku(told, project):
    (project / "runtime.txt").write_text("python-3.12.4\n")
    findings, _ = told("a==1.0")
    assert findings["ignored-python-file"].message == (
        "runtime.txt asks for Python 3.12.4, Render Free does not read it and runs 3.14.3"
    )
    assert told("a==1.0", platform="heroku-basic")[0] == {}


def test_a_target_by_hand_has_no_platform_that_reads_files(told, project):
    (project / "runtime.txt").write_text("python-3.9.1\n")
    assert told("a==1.0", target="windows-amd64")[0] == {}


def test_unpinned_requirements_are_counted(told, index):
    index.wheel("b", "1.0")
    index.wheel("c", "1.0")
    findings, _ = told("a==1.0", "b>=1", "c", python="3.14")
    finding = findings["unpinned"]
    assert finding.severity is Severity.NOTE
    assert finding.message == "2 of 3 requirements are not pinned to a version"
    assert finding.evidence == ("unpinned: b, c",)
    assert str(finding.place) == "requirements.txt:2:1"


def test_a_constraint_pins_as_well(told, project):
    (project / "pins.txt").write_text("a==1.0\n")
    assert told("-c pins.txt", "a", python="3.14")[0] == {}


def test_what_changed_since_a_date(told, index):
    index.wheel("a", "2.0", requires=["new"])
    index.wheel("new", "0.1")
    index.wheel("same", "1.0")
    for filename in ("a-2.0-py3-none-any.whl", "new-0.1-py3-none-any.whl"):
        index.extra[filename] = {"upload-time": "2025-06-01T00:00:00Z"}
    findings, result = told("a", "same", python="3.14", exclude_newer="2025-01-01")
    assert {d.name: d.version for d in result.distributions} == {"a": "1.0", "same": "1.0"}
    finding = findings["unpinned"]
    assert "2 distributions would change between 2025-01-01 and today" in finding.message
    assert finding.evidence == ("unpinned: a, same", "a 1.0 → 2.0", "new nothing → 0.1")


def test_where_today_does_not_resolve_nothing_is_claimed(told, index):
    # Neither can be had with the other since; before the date there was no conflict.
    index.wheel("b", "1.0")
    index.wheel("b", "1.1", requires=["a<1"])
    index.yank("b-1.0-py3-none-any.whl", "")
    index.extra["b-1.1-py3-none-any.whl"] = {"upload-time": "2025-06-01T00:00:00Z"}
    findings, _ = told("a", "b>=1.0", python="3.14", exclude_newer="2025-01-01")
    assert "would change" not in findings["unpinned"].message


def test_free_threads_have_wheels_of_their_own(told, index):
    index.wheel("c", "1.0", f"cp314-cp314-{MANYLINUX}")
    index.wheel("c", "1.0", f"cp39-abi3-{MANYLINUX}")
    index.sdist("c", "1.0", {"PKG-INFO": "Metadata-Version: 2.2\nName: c\nVersion: 1.0\n"})
    index.wheel("d", "1.0", f"cp314-cp314t-{MANYLINUX}")
    index.wheel("d", "2.0", f"cp314-cp314-{MANYLINUX}")
    findings, result = told("a==1.0", "c==1.0", "d", target="linux", python="3.14t")
    assert {d.name: (str(d.version), d.verdict) for d in result.distributions} == {
        "a": ("1.0", "wheel"),
        "c": ("1.0", "pure-sdist"),
        "d": ("1.0", "wheel"),
    }
    assert "Python does not match: wheels for this platform are cp39-abi3, cp314, not cp314t" in (
        findings["from-sdist"].evidence
    )
    _, result = told("d", target="linux", python="3.14")
    assert [d.version for d in result.distributions] == ["2.0"]


def test_an_old_musl_is_resolved_nearly_and_matched_exactly(told, index):
    index.wheel("c", "1.0", "cp312-cp312-musllinux_1_2_x86_64")
    findings, result = told("c==1.0", target="x86_64-linux-musl1.1")
    assert [d.verdict for d in result.distributions] == ["no-such-version"]
    assert findings["approximate-target"].evidence == (
        "versions were resolved for musl 1.2, the one that uv knows",
    )
    assert "musl is too old" in findings["no-such-version"].evidence[0]


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ("windows-amd64", {"a", "win"}),
        ("macos-14-arm64", {"a", "mac", "arm"}),
        ("aarch64-linux-musl1.2", {"a", "posix"}),
    ],
)
def test_markers_of_what_is_brought_in_are_the_targets(told, index, target, names):
    index.wheel(
        "top",
        "1.0",
        requires=[
            "win; sys_platform == 'win32'",
            "mac; platform_system == 'Darwin'",
            "arm; platform_machine == 'arm64'",
            "posix; os_name == 'posix' and sys_platform == 'linux'",
        ],
    )
    for name in ("win", "mac", "arm", "posix"):
        index.wheel(name, "1.0")
    _, result = told("top==1.0", "a==1.0", target=target)
    assert {d.name for d in result.distributions} == names | {"top"}


def test_a_version_that_only_an_older_macos_can_use_is_not_resolved(told, index):
    index.wheel("c", "1.0", "cp312-cp312-macosx_11_0_arm64")
    index.wheel("c", "2.0", "cp312-cp312-macosx_15_0_arm64")
    chosen = {}
    for release in ("14", "15"):
        _, result = told("c", target=f"macos-{release}-arm64")
        chosen[release] = [d.version for d in result.distributions]
    assert chosen == {"14": ["1.0"], "15": ["2.0"]}


def test_a_matrix_of_a_target_by_hand(told, index):
    index.wheel("c", "1.0", "cp313-cp313-win_amd64")
    index.wheel("c", "1.0", "cp314-cp314t-win_amd64")
    index.wheel("c", "1.0", f"cp312-cp312-{MANYLINUX}")
    pythons = ("3.12", "3.13", "3.14", "3.14t")
    _, result = told("c==1.0", target="windows-amd64", python="3.13", matrix=pythons)
    assert result.matrix.works == ("3.13", "3.14t")
    assert result.matrix.offered == pythons
