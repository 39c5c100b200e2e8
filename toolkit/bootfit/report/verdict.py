"""The one sentence that answers the question, the same in every format."""

from dataclasses import dataclass
from typing import Literal

from bootfit.model.answer import exit_code
from bootfit.model.attribution import ModuleWhy
from bootfit.model.errors import ExitCode
from bootfit.model.finding import Finding, Severity
from bootfit.model.import_fix import ImportFix
from bootfit.model.run import Run
from bootfit.model.sizes import format_mib

_DENIED = {
    "check": "does not install on {}",
    "measure": "does not fit on {}",
    "compare": "takes more than it did",
}
_GRANTED = {
    "check": "installs on {}",
    "measure": "was measured against the budget of {}",
    "tune": "has a plan for {}",
    "emit": "has its files for {}",
    "verify": "boots and fits on {}",
    "fit": "installs, boots and fits on {}",
    "compare": "takes no more than it did, beyond noise and what is tolerated",
}


@dataclass(frozen=True)
class Verdict:
    """Yes, no, or not known, and the sentence that says so, without a mark before it."""

    answer: Literal["yes", "no", "unknown"]
    sentence: str

    @property
    def mark(self) -> str:
        """Return ✓, ✗ or ?."""
        return {"yes": "✓", "no": "✗", "unknown": "?"}[self.answer]


def verdict(run: Run) -> Verdict:
    """Return what ``run`` answers, by its errors; warnings and notes do not change it."""
    code = exit_code(run.findings, Severity.ERROR)
    counted = _counted(run.findings)
    if code is ExitCode.UNDETERMINED:
        what = "whether it installs" if run.command == "check" else "what it takes"
        sentence = f"{run.project}: {what} on {run.platform} could not be determined: {counted}"
        return Verdict("unknown", sentence)
    if code is ExitCode.FINDINGS:
        denied = _DENIED.get(run.command, "does not pass on {}").format(run.platform)
        return Verdict("no", f"{run.project} {denied}: {counted}")
    if run.why is not None:
        return Verdict("yes", _loaded(run.why))
    if run.import_fix is not None:
        return Verdict("yes", _lazy(run.import_fix))
    if run.deep is not None:
        seen = format_mib(run.deep.seen_bytes)
        return Verdict("yes", f"memray saw {seen} of {run.deep.implementation} at its peak")
    granted = _GRANTED.get(run.command, "passed").format(run.platform)
    unchecked = sum(one.code == "BF111" for one in run.findings)
    beside = f", but for {unchecked} requirement(s) that were not checked" if unchecked else ""
    return Verdict("yes", f"{run.project} {granted}{beside}")


def _loaded(why: ModuleWhy) -> str:
    total = why.cost.total
    memory = f"{format_mib(total.anonymous_bytes)} and " if why.memory_known else ""
    return (
        f"{why.cost.module} is loaded by {why.loader}, and takes {memory}"
        f"{total.cpu_seconds:.2f} s of CPU time with what it brings"
    )


def _counted(findings: tuple[Finding, ...]) -> str:
    return f"{sum(f.severity is Severity.ERROR for f in findings)} error(s)"


def _lazy(fix: ImportFix) -> str:
    names = list(dict.fromkeys(one.name for one in fix.edits))
    if not names:
        return "no import at boot is to be made lazy"
    one = len(names) == 1
    does = ("now waits" if one else "now wait") if fix.written else "can wait"
    return f"{', '.join(names)} {does} for {'its' if one else 'their'} first use"
