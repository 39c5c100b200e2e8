import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from bootfit.measure import describe, measure_project, measure_union
from bootfit.model.errors import UsageError
from bootfit.model.finding import Severity

MIB = 1024 * 1024


#: Every process of this module's probes carries it; nobody else's does.
MARK = {"BOOTFIT_TEST_RUN": uuid.uuid4().hex}


def marked_processes():
    """Return the ids of processes that came from this module's probes."""
    (mark,) = [f"{name}={value}".encode() for name, value in MARK.items()]
    found = []
    for entry in Path("/proc").iterdir():
        try:
            values = (entry / "environ").read_bytes().split(b"\0") if entry.name.isdigit() else []
        except OSError:
            continue
        if mark in values:
            found.append(int(entry.name))
    return found


@pytest.fixture(scope="module")
def shop():
    root = Path(__file__).parents[2] / "assets" / "apps" / "shop"
    python = Path(sys.executable)
    description = describe(root, python, "shop:app", "shop_plugins:PLUGINS", environment=MARK)
    said, seen = [], []
    measurements, findings = measure_project(
        description,
        root,
        python,
        samples=2,
        jobs=2,
        budget_bytes=64 * MIB,
        environment=MARK,
        progress=lambda text: (said.append(text), seen.extend(marked_processes())),
    )
    assert seen, "the mark does not reach the probes"
    return description, measurements, findings, said


def median(probe, figure):
    return getattr(probe.figures, figure).median / MIB


def test_known_blocks_are_measured_within_a_mebibyte(shop):
    _, found, _, _ = shop
    bare = median(found.of("alone", "search:plain"), "anonymous_after_import_bytes")
    kept = found.of("alone", "thumbnails:kept")
    assert median(kept, "anonymous_after_import_bytes") - bare == pytest.approx(24, abs=1)
    assert median(kept, "transient_bytes") == pytest.approx(0, abs=0.5)
    on_top = found.of("on_top", "thumbnails:kept")
    added = median(on_top, "peak_anonymous_bytes") - median(found.app, "peak_anonymous_bytes")
    assert added == pytest.approx(24 + bare - 3, abs=2.5)
    app = median(on_top, "peak_anonymous_bytes") - median(kept, "peak_anonymous_bytes")
    assert app == pytest.approx(8, abs=1)


def test_a_momentary_block_is_transient_and_never_stays(shop):
    _, found, _, _ = shop
    probe = found.of("on_top", "search:momentary")
    assert median(probe, "transient_bytes") == pytest.approx(40, abs=1)
    before = median(probe, "anonymous_after_import_bytes")
    assert median(probe, "anonymous_after_exercise_bytes") == pytest.approx(before, abs=1)
    assert median(probe, "peak_anonymous_bytes") == pytest.approx(before + 40, abs=1)


def test_a_peak_of_two_milliseconds_is_not_missed(shop):
    _, found, _, _ = shop
    for mode in ("alone", "on_top"):
        values = found.of(mode, "search:brief").figures.transient_bytes.values
        assert [value / MIB for value in values] == pytest.approx([8, 8], abs=0.6)


def test_a_child_process_counts_and_is_told_apart(shop):
    _, found, _, _ = shop
    probe = found.of("alone", "search:with_child")
    assert 32 < median(probe, "children_peak_bytes") < 38
    assert median(probe, "peak_anonymous_bytes") > 36
    assert median(probe, "high_water_rss_bytes") < 30
    assert median(found.of("alone", "search:plain"), "children_peak_bytes") == 0


def test_the_union_is_the_richest_that_works_and_less_than_the_sum(shop):
    _, found, _, _ = shop
    union = found.of("union", "thumbnails:kept", "search:momentary")
    assert median(union, "anonymous_after_import_bytes") == pytest.approx(
        median(found.of("on_top", "thumbnails:kept"), "anonymous_after_import_bytes"), abs=1
    )
    assert median(union, "transient_bytes") == pytest.approx(40, abs=1)


def test_what_is_not_installed_is_found_without_a_probe(shop):
    _, found, findings, said = shop
    absent = found.of("on_top", "thumbnails:absent")
    assert absent.status == "not_installed"
    assert "no_such_imaging" in absent.detail
    assert not any("thumbnails:absent" in text for text in said)
    (finding,) = [one for one in findings if one.subject == "thumbnails:absent"]
    assert finding.remedy == "install imaging"


def test_the_verdict_is_told(shop):
    _, _, findings, _ = shop
    over = {one.subject: one.severity for one in findings if one.code == "BF301"}
    assert over == {"search:momentary": Severity.WARNING}


def test_progress_counts_to_its_end(shop):
    said = shop[3]
    total = len(said)
    assert said[-1].endswith(f"({total} of {total})")
    assert any("thumbnails:kept alone 1/2" in text for text in said)


def test_conditions_name_what_figures_depend_on(shop):
    conditions = shop[1].conditions
    assert conditions.samples == 2
    assert "pytest" in dict(conditions.installed)
    assert conditions.python.startswith(".".join(map(str, sys.version_info[:2])))


def test_memory_repeats(shop):
    for probe in shop[1].probes:
        if probe.figures is not None:
            assert probe.figures.anonymous_after_import_bytes.spread < 0.02


def test_nothing_is_left_running(shop):
    assert marked_processes() == []


def test_one_more_union_can_be_measured_later(shop, apps, python):
    description = shop[0]
    result = measure_union(
        description,
        apps / "shop",
        python,
        ["thumbnails:kept", "search:with_child"],
        samples=1,
    )
    assert result.mode == "union"
    assert median(result, "peak_anonymous_bytes") == pytest.approx(37.5 + 35, abs=3)


def test_an_unknown_implementation_is_the_callers_mistake(shop, apps, python):
    with pytest.raises(UsageError, match="no such implementation: search:none"):
        measure_union(shop[0], apps / "shop", python, ["search:none"])


def test_a_fat_parent_does_not_change_the_figures(apps):
    code = (
        "import sys\nfrom pathlib import Path\nfrom bootfit.measure import *\n"
        "ballast = bytearray(b'1') * (int(sys.argv[1]) << 20)\n"
        "root, python = Path(sys.argv[2]), Path(sys.executable)\n"
        "app = describe(root, python, 'shop:app')\n"
        "figures = measure_project(app, root, python, samples=1)[0].app.figures\n"
        "print(int(figures.peak_anonymous_bytes.median), int(figures.high_water_rss_bytes.median))"
    )
    slim, fat = (
        [
            int(word)
            for word in subprocess.run(
                [sys.executable, "-c", code, ballast, str(apps / "shop")],
                capture_output=True,
                text=True,
                check=True,
            ).stdout.split()
        ]
        for ballast in ("0", "300")
    )
    assert fat[0] == pytest.approx(slim[0], abs=0.2 * MIB)
    assert fat[1] == pytest.approx(slim[1], abs=2 * MIB)


def test_other_pythons_measure_the_same_blocks(apps, other_python):
    description = describe(apps / "shop", other_python, "shop:app", "shop_plugins:PLUGINS")
    found, _ = measure_project(description, apps / "shop", other_python, samples=1, unions=[])
    bare = found.of("alone", "search:plain")
    kept = found.of("alone", "thumbnails:kept")
    added = median(kept, "peak_anonymous_bytes") - median(bare, "peak_anonymous_bytes")
    assert added == pytest.approx(24, abs=1)
    momentary = found.of("alone", "search:momentary")
    assert median(momentary, "transient_bytes") == pytest.approx(40, abs=1)


@pytest.mark.parametrize(
    ("body", "found"), [("app = ", "app"), ("app = 1; application = ", "application")]
)
def test_a_module_alone_is_described_with_the_attribute_that_was_meant(
    tmp_path, python, body, found
):
    (tmp_path / "web.py").write_text(f"from flask import Flask\n{body}Flask('web')\n")
    assert describe(tmp_path, python, "web").app == f"web:{found}"
