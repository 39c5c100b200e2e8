"""OpenMetrics, read by Prometheus' own parser."""

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from bootfit.model.sizes import MIB
from bootfit.model.style import Style
from bootfit.report.openmetrics import render
from report_documents import hostile_run, rich_run
from run_documents import full_run


def families(run):
    text = render(run, Style())
    assert text.endswith("# EOF\n")
    return {family.name: family for family in text_string_to_metric_families(text)}


def test_types_and_units():
    for name, family in families(rich_run()).items():
        assert family.type == ("info" if name == "bootfit_run" else "gauge")
        assert not family.unit or name.endswith(f"_{family.unit}")
        assert name.startswith("bootfit_")
        assert family.documentation


def test_figures_are_in_bytes_and_seconds():
    read = families(full_run())
    on_top = {
        sample.labels["implementation"]: sample.value
        for sample in read["bootfit_implementation_on_top_bytes"].samples
    }
    assert on_top == {"numpy": 22.0 * MIB, "words": 1.0 * MIB}
    assert read["bootfit_budget_bytes"].samples[0].value == 512 * MIB
    assert read["bootfit_verify_peak_bytes"].samples[0].value == 80 * MIB
    assert read["bootfit_app_import_cpu_seconds"].samples[0].value == 0.5
    assert read["bootfit_passed"].samples[0].value == 0


def test_what_is_not_known_is_absent():
    run = full_run()
    alone = type(run)(run.project, run.platform, run.target, "check", run.bootfit_version)
    assert set(families(alone)) == {"bootfit_run", "bootfit_passed", "bootfit_findings"}


@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))))
@settings(max_examples=60, deadline=None)
def test_any_label_comes_back(text):
    labels = families(hostile_run(f'{text}\n\\"{text}'))["bootfit_run"].samples[0].labels
    assert labels["project"] == f'{text}\n\\"{text}'
