"""From files and build needs to a verdict and findings, on recorded pages."""

from datetime import datetime, timezone

import pytest
from packaging.version import Version

from bootfit.model.finding import Place, Severity
from bootfit.requirements.build_needs import BuildNeed
from bootfit.requirements.index_page import IndexFile
from bootfit.requirements.nearest import nearest_versions
from bootfit.requirements.verdict import Candidate, judge, needs_build

RUST = BuildNeed("rust-sdist", ("another wheel of this version was made by maturin (1.2.3)",))
C = BuildNeed("c-sdist", ("its build requires cython",))


@pytest.fixture
def candidate(page):
    def make(name, version, **known):
        parsed = Version(version)
        if "files" not in known:
            known["files"] = page(name).of(parsed)
        return Candidate(
            name, parsed, known.pop("direct", True), known.pop("chain", (f"r.txt:1 {name}",)),
            Place("r.txt", 1, 1), **known,
        )  # fmt: skip

    return make


def codes(judged):
    return [(finding.code, finding.severity) for finding in judged.findings]


def test_a_usable_wheel_installs_and_says_its_size(candidate, platform, target):
    judged = judge(candidate("numpy", "1.24.4"), platform(), target("3.11"))
    assert (judged.check.verdict, judged.check.installs) == ("wheel", True)
    assert judged.check.wheel.size_bytes > 10_000_000
    assert judged.findings == ()


def test_rust_on_a_read_only_home_is_the_known_error(candidate, platform, target, page):
    one = candidate(
        "pydantic-core",
        "2.10.1",
        direct=False,
        chain=("r.txt:5 pydantic==2.4.2", "pydantic-core 2.10.1"),
    )
    nearest = nearest_versions(page("pydantic-core"), one.version, target("3.13"))
    judged = judge(one, platform(), target("3.13"), build=RUST, nearest=nearest)
    assert (judged.check.verdict, judged.check.installs) == ("rust-sdist", False)
    assert codes(judged) == [("BF101", Severity.ERROR)]
    (finding,) = judged.findings
    assert "Read-only file system (os error 30)" in finding.message
    assert "brought in by r.txt:5 pydantic==2.4.2 → pydantic-core 2.10.1" in finding.evidence


@pytest.mark.parametrize(
    ("builder", "installs", "message"),
    [
        ({"rust": True, "writable_home": True}, True, "compiled from Rust"),
        ({"rust": True, "writable_home": False}, False, "cargo's home cannot be written"),
        ({"rust": False, "writable_home": True}, False, "has no cargo"),
    ],
)
def test_rust_by_builder(candidate, platform, target, builder, installs, message):
    one = candidate("pydantic-core", "2.10.1")
    judged = judge(one, platform(**builder), target("3.13"), build=RUST)
    assert judged.check.installs is installs
    assert codes(judged)[0][0] == ("BF108" if installs else "BF101")
    assert message in judged.findings[0].message


def test_c_with_and_without_compilers(candidate, platform, target):
    one = candidate("numpy", "1.24.4")
    with_c = judge(one, platform(), target("3.12"), build=C)
    assert with_c.check.installs
    assert codes(with_c) == [("BF108", Severity.WARNING)]
    without = judge(one, platform(c=False), target("3.12"), build=C)
    assert not without.check.installs
    assert codes(without) == [("BF102", Severity.ERROR)]
    fortran = BuildNeed("c-sdist", (), fortran=True)
    assert "Fortran" in judge(one, platform(), target("3.12"), build=fortran).findings[0].message
    assert judge(one, platform(fortran=True), target("3.12"), build=fortran).check.installs


@pytest.mark.parametrize("need", ["pure-sdist", "optional-c-sdist"])
def test_what_needs_no_compiler_is_a_note(candidate, platform, target, need):
    one = candidate("docopt", "0.6.2")
    build = BuildNeed(need, (), dynamic_dependencies=True)
    judged = judge(one, platform(c=False), target("3.13"), build=build)
    assert judged.check.installs
    assert codes(judged) == [("BF107", Severity.NOTE), ("BF109", Severity.NOTE)]
    assert any("unverified dependencies" in line for line in judged.check.evidence)


def test_upper_bounds_refuse_even_where_a_wheel_would_match(candidate, platform, target):
    one = candidate("scipy", "1.10.1")
    assert not needs_build(one, target("3.13"))
    judged = judge(one, platform(), target("3.13"))
    assert (judged.check.verdict, judged.check.installs) == ("requires-python", False)
    assert codes(judged) == [("BF103", Severity.ERROR)]
    assert judge(one, platform(), target("3.11")).check.verdict == "wheel"


def test_a_lock_states_requires_python_for_the_package(candidate, platform, target):
    one = candidate("urllib3", "2.0.2", requires_python="<3.12")
    assert judge(one, platform(), target("3.13")).check.verdict == "requires-python"


def test_yanked_with_its_reason_still_installs(candidate, platform, target):
    judged = judge(candidate("urllib3", "2.0.1"), platform(), target("3.13"))
    assert judged.check.installs
    assert codes(judged) == [("BF106", Severity.WARNING)]
    assert "Truncated response bodies" in judged.findings[0].message
    assert judged.check.yanked.startswith("Truncated")


def test_no_file_at_all_is_no_such_version(candidate, platform, target):
    wheels = tuple(f for f in candidate("numpy", "1.24.4").files if f.kind == "wheel")
    one = candidate("numpy", "1.24.4", files=wheels)
    judged = judge(one, platform(), target("3.12"))
    assert (judged.check.verdict, judged.check.installs) == ("no-such-version", False)
    assert codes(judged) == [("BF105", Severity.ERROR)]


def test_an_unreadable_sdist_never_installs(candidate, platform, target):
    build = BuildNeed("pure-sdist", (), unreadable="docopt-0.6.2.tar.gz: it ends too early")
    judged = judge(candidate("docopt", "0.6.2"), platform(), target("3.13"), build=build)
    assert (judged.check.verdict, judged.check.installs) == ("unverified", False)
    assert codes(judged) == [("BF112", Severity.ERROR)]


def test_no_binary_builds_although_there_is_a_wheel(candidate, platform, target):
    one = candidate("numpy", "1.24.4", from_source=True)
    assert needs_build(one, target("3.11"))
    assert judge(one, platform(), target("3.11"), build=C).check.verdict == "c-sdist"


@pytest.mark.parametrize(("day", "flagged"), [(1, True), (28, False)])
def test_a_wheel_from_before_the_interface_was_frozen(candidate, platform, target, day, flagged):
    name = "a-1-cp314-cp314-manylinux_2_17_x86_64.whl"
    uploaded = datetime(2025, 7, day, tzinfo=timezone.utc)
    file = IndexFile(name, f"https://x.test/{name}", "wheel", Version("1"), uploaded=uploaded)
    judged = judge(candidate("a", "1", files=(file,)), platform(), target("3.14"))
    assert judged.check.verdict == "wheel"
    assert (codes(judged) == [("BF113", Severity.NOTE)]) is flagged


def test_a_python_that_the_setup_script_refuses(candidate, platform, target):
    build = BuildNeed("c-sdist", (), python=">=3.7,<3.13", python_reason="it allows others alone")
    one = candidate("numpy", "1.24.4")
    judged = judge(one, platform(), target("3.13"), build=build)
    assert (judged.check.verdict, judged.check.installs) == ("refusing-sdist", False)
    assert codes(judged) == [("BF120", Severity.ERROR)]
    assert "it allows others alone" in judged.check.evidence
    assert judge(one, platform(), target("3.12"), build=build).check.installs
