from dataclasses import replace

from bootfit.model.finding import Finding, Place, Severity
from bootfit.model.next_steps import next_steps
from bootfit.model.run import EmittedFile
from bootfit.model.style import Style
from bootfit.report.text import render
from run_documents import full_run

MINIMAL = EmittedFile("requirements-minimal.txt", "new", "flask\n")


def error(code, subject, remedy="mend it", place=None):
    return Finding(code, "slug", Severity.ERROR, subject, subject, remedy=remedy, place=place)


ALL = (
    error("BF501", "out of memory"),
    error("BF416", "Procfile.workers", place=Place("Procfile", 1)),
    error("BF301", "search:numpy"),
    error("BF412", "services.shop.plan", place=Place("render.yaml", 4)),
    error("BF101", "pandas==2.1.4"),
)


def failing(*findings, emitted=(MINIMAL,), command="fit", **changes):
    return replace(full_run(), command=command, findings=findings, emitted=emitted, **changes)


def test_what_others_build_upon_comes_first_and_the_minimal_file_last():
    steps = next_steps(failing(*ALL))
    starts = [step.split(" ", 2)[:2] for step in steps]
    assert starts[0] == ["Make", "the"]
    assert "bootfit check --fix" in steps[0]
    assert "render.yaml:4" in steps[1]
    assert steps[2].startswith("Mend the app: search:numpy")
    assert "Procfile:1" in steps[3]
    assert "bootfit emit --write" in steps[3]
    assert steps[-2].startswith("Look at what happened: out of memory")
    assert "requirements-minimal.txt" in steps[-1]
    assert sum("requirements-minimal.txt" in step for step in steps) == 1


def test_only_a_fit_that_failed_has_next_steps():
    assert next_steps(failing(*ALL, command="check")) == ()
    note = replace(ALL[0], severity=Severity.WARNING)
    assert next_steps(failing(note)) == ()
    assert next_steps(failing()) == ()


def test_no_minimal_file_is_promised_where_there_is_none():
    steps = next_steps(failing(ALL[4], emitted=()))
    assert len(steps) == 1
    assert "minimal" not in steps[0]
    # An app without plugins loses nothing by it, and gains nothing.
    app = replace(full_run().app, plugins=())
    assert "minimal" not in " ".join(next_steps(failing(ALL[4], app=app)))


def test_many_errors_are_told_in_a_few_words():
    many = [error("BF101", f"p{number}") for number in range(9)]
    (first, _) = next_steps(failing(*many))
    assert "and 6 more" in first


def test_the_text_report_numbers_them_before_the_verdict():
    text = render(failing(*ALL), Style(width=100))
    lines = text.splitlines()
    at = lines.index("Next steps")
    assert lines[at + 1].startswith("1.  Make the requirements installable")
    assert lines[-1].startswith("✗")
    assert "Next steps" not in render(failing(), Style(width=100))
