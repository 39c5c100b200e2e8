"""The reports of a run, and what the forge's own log and outputs are told."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import documents
from asked import Asked
from documents import Document
from running import Bootfit

#: Format → file in the folder of reports.
_FILES = {
    "markdown": "summary.md",
    "sarif": "run.sarif",
    "gitlab": "gitlab.json",
    "junit": "junit.xml",
    "openmetrics": "metrics.txt",
    "html": "run.html",
}
_NEEDED_BY_HTML = ("jinja2", "plotly")


def publish(
    request: Asked,
    bootfit: Bootfit,
    document: Document,
    environment: Mapping[str, str],
    untold: str = "",
) -> int:
    """Write ``document`` in every format, annotate, and return the exit code.

    Args:
        request: what was asked for.
        bootfit: the commands.
        document: the head's run, with what changed.
        environment: of the job.
        untold: why nothing was compared, where something should have been.
    """
    placed = documents.placed_from(document, request.project)
    run = request.output / "run.json"
    documents.write(run, placed)
    files = [
        f"{name}={request.output / file}"
        for name, file in _FILES.items()
        if name != "html" or all(find_spec(module) for module in _NEEDED_BY_HTML)
    ]
    code = bootfit.report(run, _in_the_log(environment), *files)
    if untold:
        annotate(environment, "warning", untold)
        _append(request.output / "summary.md", f"\n⚠️ {_one_line(untold)}\n")
    return code


def annotate(environment: Mapping[str, str], kind: str, message: str) -> None:
    """Say ``message`` in the log, as an annotation where GitHub runs the job."""
    if environment.get("GITHUB_ACTIONS") == "true":
        escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        print(f"::{kind} title=bootfit::{escaped}", flush=True)
    else:
        print(f"bootfit gate: {kind}: {message}", flush=True)


def set_outputs(environment: Mapping[str, str], outputs: Mapping[str, str]) -> None:
    """Tell the runner these outputs of the step; nothing elsewhere."""
    if environment.get("GITHUB_OUTPUT"):
        _append(
            Path(environment["GITHUB_OUTPUT"]),
            "".join(f"{name}={_one_line(value)}\n" for name, value in outputs.items()),
        )


def _in_the_log(environment: Mapping[str, str]) -> str:
    return "github" if environment.get("GITHUB_ACTIONS") == "true" else "text"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
