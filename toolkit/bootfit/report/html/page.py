"""The page: a template filled with the run, and the plots' data beside it."""

import hashlib
import json
from base64 import b64encode
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from bootfit.model.errors import UsageError
from bootfit.model.evidence import MemorySample
from bootfit.model.finding import Severity, in_order
from bootfit.model.run import Run
from bootfit.model.sizes import MIB
from bootfit.model.style import Style
from bootfit.report.controls import without_controls
from bootfit.report.html.charts import figures
from bootfit.report.html.module_data import module_data, tables_of_modules
from bootfit.report.memory_rows import memory_rows
from bootfit.report.quantity import quantity
from bootfit.report.verdict import verdict


class HtmlReport:
    """`render(run, style) -> str`, which needs more than the core of bootfit has."""

    #: Modules that must be importable; who offers the format can ask before any work is done.
    needs: Final = ("jinja2", "plotly")
    #: What brings them.
    extra: Final = "report"

    def __call__(self, run: Run, style: Style) -> str:
        """Return ``run`` as one HTML page; the style does not matter.

        Whatever the run holds is text: the template escapes it, the plots' data is JSON that
        cannot end its element, and a content security policy names the only scripts that may run.

        Raises:
            UsageError: the extra is not installed.
        """
        del style
        try:
            from jinja2 import Environment, StrictUndefined
        except ImportError:
            raise self.missing() from None
        environment = Environment(
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_shown,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters.update(
            mib=_mib, seconds=_seconds, percent=_percent, signed=_signed, quantity=quantity
        )
        page = environment.from_string(_own("page.html"))
        plots, trees = figures(run), module_data(run)
        library = self._library() if plots or trees else ""
        script = _own("page.js") if library else ""
        return page.render(
            run=run,
            verdict=verdict(run),
            findings=in_order(run.findings),
            counts={s.value: sum(f.severity is s for f in run.findings) for s in Severity},
            rows=memory_rows(run),
            plots={plot.name: plot for plot in plots},
            trees=tables_of_modules(run),
            timeline=_thinned(run),
            css=_own("page.css"),
            policy=_policy(library, script),
            library=library,
            script=script,
            data=_safe_json({"figures": [plot.data for plot in plots], "trees": trees}),
        )

    def missing(self) -> UsageError:
        """Return what to say where the extra is not installed."""
        return UsageError(
            "format 'html' needs jinja2 and plotly", f"pip install 'bootfit[{self.extra}]'"
        )

    def _library(self) -> str:
        # The file alone: importing the package takes longer than the whole report.
        found = find_spec("plotly")
        if found is None or found.origin is None:
            raise self.missing()
        return (
            Path(found.origin)
            .with_name("package_data")
            .joinpath("plotly.min.js")
            .read_text("utf-8")
        )


def _shown(value: Any) -> Any:
    """Return what a template's expression shows: a stranger's text without what would steer."""
    return value if hasattr(value, "__html__") else without_controls(str(value))


def _own(name: str) -> str:
    return files("bootfit.report.html").joinpath(name).read_text("utf-8")


def _policy(*scripts: str) -> str:
    hashes = " ".join(
        f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
        if script
    )
    allowed = hashes or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _safe_json(value: Any) -> str:
    """Return JSON that no HTML parser takes for anything but text."""
    text = json.dumps(value, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _thinned(run: Run) -> tuple[MemorySample, ...]:
    """Return moments of the time line for a table that is still read: about 60, peak included."""
    timeline = run.evidence.timeline if run.evidence else ()
    if len(timeline) <= 60:
        return timeline
    peak = max(timeline, key=lambda sample: sample.total_bytes)
    step = len(timeline) // 60 + 1
    return tuple(one for n, one in enumerate(timeline) if n % step == 0 or one is peak)


def _mib(size_bytes: float | None) -> str:
    return "–" if size_bytes is None else f"{size_bytes / MIB:.1f}"


def _signed(size_bytes: float | None) -> str:
    return "–" if size_bytes is None else f"{size_bytes / MIB:+.1f}"


def _seconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.3f}"


def _percent(fraction: float | None) -> str:
    return "–" if fraction is None else f"{100 * fraction:.0f} %"
