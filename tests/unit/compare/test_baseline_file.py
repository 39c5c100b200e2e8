"""The baseline: a small file that changes where the app did, and is read back for what it says."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootfit.compare import compare_profiles, profile_of
from bootfit.compare.baseline import baseline_text, read_baseline, taken_over
from bootfit.compare.profile import Profile
from bootfit.model.comparison import Figure
from bootfit.model.errors import UsageError
from bootfit.model.sizes import MIB
from bootfit.model.tolerances import Allowances
from run_documents import figures, full_run

WHOLE = profile_of(full_run("measure"), "run.json")


def test_what_it_says():
    assert baseline_text(WHOLE) == (
        "# What the app takes: written by `bootfit baseline write`, compared by `bootfit baseline "
        "check`.\n"
        "# Memory is in MiB, time in CPU seconds; noise is one standard deviation of one sample.\n"
        'format = "bootfit/baseline-v1"\n'
        'project = "shop"\n'
        'target = "Render free: CPython 3.11.9, x86_64 Linux, glibc 2.36"\n'
        'python = "CPython 3.11.9"\n'
        'machine = "x86_64"\n'
        f'installed = "{WHOLE.installed_digest}"\n'
        "together = [\n"
        '  "search:numpy",\n'
        "]\n"
        "unmeasured = [\n"
        '  "search:torch",\n'
        "]\n"
        "\n"
        "[requirements]\n"
        "download = 16.0\n"
        "dependencies = 2\n"
        "\n"
        "[subjects]\n"
        "app = { memory = 30.0, memory-noise = 0.22, import-time = 0.500, samples = 3 }\n"
        '"all together" = { memory = 52.5, memory-noise = 0.22, samples = 3 }\n'
        '"search:numpy" = { memory = 22.0, memory-noise = 0.31, import-time = 0.500, '
        "samples = 3 }\n"
        '"search:words" = { memory = 1.0, memory-noise = 0.31, import-time = 0.500, samples = 3 }\n'
    )


def test_it_names_no_machine_no_path_and_no_date():
    conditions = full_run().measurements.conditions
    for secret in (conditions.kernel, conditions.interpreter, str(conditions.load_average)):
        assert f'"{secret}"' not in baseline_text(WHOLE)


def test_read_back_it_is_the_same_as_the_run():
    text = baseline_text(WHOLE)
    read = read_baseline(text, "bootfit-baseline.toml")
    assert baseline_text(read) == text
    comparison, findings = compare_profiles(read, WHOLE, Allowances())
    assert {one.verdict for one in comparison.changes} == {"same"}
    assert findings == ()


def grown(peak_mib):
    whole = full_run("measure")
    probes = tuple(
        replace(one, figures=figures(peak_mib))
        if (one.mode, one.implementations) == ("on_top", ("search:numpy",))
        else one
        for one in whole.measurements.probes
    )
    measured = replace(whole.measurements, probes=probes)
    return profile_of(replace(whole, measurements=measured), "run.json")


def rewritten(newer):
    older = read_baseline(baseline_text(WHOLE), "bootfit-baseline.toml")
    comparison, _ = compare_profiles(older, newer, Allowances())
    return baseline_text(taken_over(older, newer, comparison))


def test_written_anew_only_the_lines_change_that_stand_for_a_change():
    assert rewritten(grown(52.3)) == baseline_text(WHOLE)
    before, after = baseline_text(WHOLE).splitlines(), rewritten(grown(57.0)).splitlines()
    differing = [line for line, old in zip(after, before, strict=True) if line != old]
    assert len(differing) == 1
    assert differing[0].startswith('"search:numpy" = { memory = 27.0')


def test_growth_in_small_steps_does_not_pass():
    """Each step is tolerated, and the baseline stays where it was: at last it is told."""
    older = read_baseline(baseline_text(WHOLE), "bootfit-baseline.toml")
    told = []
    for step in range(1, 12):
        newer = grown(52.0 + 0.3 * step)
        comparison, findings = compare_profiles(older, newer, Allowances())
        told.append([one.code for one in findings])
        if not findings:
            older = read_baseline(baseline_text(taken_over(older, newer, comparison)), "again")
    assert told[0] == []
    assert told[-1] == ["BF601"]


def test_another_python_takes_all_figures_over():
    other = replace(grown(52.3), python="CPython 3.12.1")
    assert "memory = 22.3" in rewritten(other)


def test_modules_have_a_part_of_their_own():
    some = replace(
        WHOLE, figures={**WHOLE.figures, ("modules of numpy", "memory"): Figure(10 * MIB, 0.0)}
    )
    text = baseline_text(some)
    assert "\n[modules]\nnumpy = 10.0\n" in text
    assert ("modules of numpy", "memory") in read_baseline(text, "file").figures


@pytest.mark.parametrize(
    "text",
    [
        "",
        "format = 3",
        "nonsense",
        'format = "bootfit/baseline-v9"',
        'format = "bootfit/baseline-v1"\nwat = 1',
        'format = "bootfit/baseline-v1"\n[subjects]\napp = { memory = "30Mi" }',
        'format = "bootfit/baseline-v1"\n[subjects]\napp = { memory = 3.0, samples = 0 }',
        'format = "bootfit/baseline-v1"\n[requirements]\ndependencies = 1.5',
    ],
)
def test_what_is_no_baseline_is_refused_in_one_line(text):
    with pytest.raises(UsageError) as caught:
        read_baseline(text, "here.toml")
    assert "here.toml" in caught.value.message
    assert "\n" not in caught.value.message
    assert "baseline write" in caught.value.hint


_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(name=_NAMES, value=st.floats(0.1, 1e5), noise=st.floats(0, 10), samples=st.integers(1, 50))
def test_any_name_and_figure_is_read_back(name, value, noise, samples):
    subject = f"{name}:rung"
    profile = Profile(
        "here",
        name,
        name,
        {(subject, "memory"): Figure(value * MIB, noise * MIB, samples)},
        together=(subject,),
    )
    text = baseline_text(profile)
    read = read_baseline(text, "here")
    assert baseline_text(read) == text
    assert (read.project, read.together) == (name, (subject,))
    assert read.figures[subject, "memory"].value == pytest.approx(value * MIB, abs=0.051 * MIB)
