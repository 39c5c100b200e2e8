"""What to do after a run that failed, in order: a pure function of what was learned."""

from bootfit.model.answer import exit_code
from bootfit.model.errors import ExitCode
from bootfit.model.finding import Finding, Severity
from bootfit.model.run import Run

MINIMAL = "requirements-minimal.txt"
#: Files that the platform reads: to mend before anything else is deployed.
_FILES = frozenset(f"BF{number}" for number in (412, 413, 414, 415, 418, 419))
#: What `bootfit emit` writes settings for.
_SETTINGS = frozenset({"BF404", "BF416"})
_MOST_SHOWN = 3


def next_steps(run: Run) -> tuple[str, ...]:
    """Return what to do, the first thing first; nothing where ``run`` is no `fit` that failed.

    Each step mends what the next ones build upon: the requirements, the files of the platform,
    the app itself, its settings, a larger plan. The last one always works where the app's plugins
    have fallbacks: to install `requirements-minimal.txt` instead.
    """
    if run.command != "fit" or exit_code(run.findings, Severity.ERROR) is ExitCode.FITS:
        return ()
    errors = [one for one in run.findings if one.severity is Severity.ERROR]
    steps = [
        *_requirements([one for one in errors if one.code.startswith("BF1")]),
        *_mend("Mend the platform's files", [one for one in errors if one.code in _FILES]),
        *_mend("Mend the app", [one for one in errors if one.code.startswith(("BF2", "BF3"))]),
        *_settings(run, [one for one in errors if one.code in _SETTINGS]),
        *_larger(run, errors),
        *_mend("Look at what happened", [one for one in errors if one.code.startswith("BF5")]),
    ]
    minimal = _minimal(run)
    if not steps and not minimal:
        steps = list(_mend("Mend what was found", errors))
    return (*steps, *minimal)


def _requirements(errors: list[Finding]) -> list[str]:
    if not errors:
        return []
    fixing = "`bootfit check --fix` looks for the nearest versions with which all of them install."
    return [f"Make the requirements installable: {_told(errors)}. {fixing}"]


def _mend(what: str, errors: list[Finding]) -> list[str]:
    return [f"{what}: {_told(errors)}."] if errors else []


def _settings(run: Run, errors: list[Finding]) -> list[str]:
    if not errors or run.plan is None or run.plan.refusal:
        return []
    return [f"Take the plan's settings: {_told(errors)}. `bootfit emit --write` writes them."]


def _larger(run: Run, errors: list[Finding]) -> list[str]:
    plan = run.plan
    if plan is None:
        return []
    if plan.refusal:
        larger = plan.refusal.smallest_platform
        where = f", or take `--platform {larger}`" if larger else ""
        return [f"Import less at boot, since not even the fallbacks fit{where}."]
    short = any(one.code.startswith(("BF3", "BF5")) or one.code in _SETTINGS for one in errors)
    if short and plan.upgrade is not None:
        return [f"Or take a larger plan: `--platform {plan.upgrade.platform}`."]
    return []


def _minimal(run: Run) -> list[str]:
    """Return the last step, where there is such a file and it leaves something out."""
    rungs = [plugin for plugin in (run.app.plugins if run.app else ()) if len(plugin.ladder) > 1]
    if not rungs or not any(file.path == MINIMAL for file in run.emitted):
        return []
    kept = "every plugin serves its fallback, and the rest of the app works as before."
    return [f"If nothing else helps, install {MINIMAL} (`bootfit emit --write`): {kept}"]


def _told(errors: list[Finding]) -> str:
    """Return what the findings want, the first few of them."""
    wanted = list(dict.fromkeys(_one(error) for error in errors))
    more = len(wanted) - _MOST_SHOWN
    return "; ".join(wanted[:_MOST_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _one(error: Finding) -> str:
    place = f"{error.place}: " if error.place else ""
    return f"{place}{error.subject}" + (f" ({error.remedy})" if error.remedy else "")
