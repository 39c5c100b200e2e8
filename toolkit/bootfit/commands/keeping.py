"""Baselines: what is compared with one, and how one is written."""

from dataclasses import replace
from pathlib import Path

from bootfit.commands.compared import allowances, compare_runs, read_profile
from bootfit.commands.earlier import earlier_run
from bootfit.commands.walk import Walk
from bootfit.model.errors import UndeterminedError, UsageError
from bootfit.model.finding import Place
from bootfit.model.writing import write_atomically


def baseline_path(walk: Walk) -> Path:
    """Return where the project's baseline lies: what the configuration says, else beside it."""
    from bootfit.compare.baseline import DEFAULT_FILE

    return walk.root / (walk.config.compare.baseline or DEFAULT_FILE)


def check_unless_measured(walk: Walk) -> None:
    """Learn what the requirements install, as the earlier run document says where one is given."""
    from bootfit.commands.check_legs import check_or_take

    earlier = earlier_run(walk)
    if earlier is None or earlier.check is not None:
        check_or_take(walk)


def compare_with_baseline(walk: Walk, path: Path) -> None:
    """Learn how what was measured differs from what ``path`` holds: a baseline, or a run document.

    Raises:
        UsageError: it cannot be read.
        UndeterminedError: it has nothing in common with what was measured.
    """
    from bootfit.compare import out_of_date

    base, document = read_profile(path)
    allowed = allowances(walk.config.compare, walk.options["allow"])
    place = Place(_relative(path, walk.root)) if document is None else None
    walk.run = compare_runs(base, walk.run, "this run", allowed, place=place)
    if document is None and walk.run.comparison is not None:
        walk.learn(*(replace(one, place=place) for one in out_of_date(walk.run.comparison)))


def write_baseline(walk: Walk, path: Path) -> str:
    """Write what was measured to ``path``, and return what that changed, in words.

    Figures that are the same as those that stand there, by the judgement that tells regressions,
    stay as they stand.

    Raises:
        UsageError: what stands there is no baseline, or the file cannot be written.
    """
    from bootfit.compare import compare_profiles, profile_of
    from bootfit.compare.baseline import baseline_text, read_baseline, taken_over

    newer = profile_of(walk.run, "this run")
    before = _text(path)
    if before is not None:
        older = read_baseline(before, str(path))
        allowed = allowances(walk.config.compare, walk.options["allow"])
        try:
            comparison, _ = compare_profiles(older, newer, allowed)
        except UndeterminedError:
            pass  # nothing of it is known any more
        else:
            newer = taken_over(older, newer, comparison)
    after = baseline_text(newer)
    if after == before:
        return f"unchanged, {len(newer.subjects)} subjects"
    try:
        write_atomically({path: after.encode()})
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror}", "name a file in a folder that exists"
        ) from None
    if before is None:
        return f"written, {len(newer.subjects)} subjects"
    lines = set(after.splitlines()) - set(before.splitlines())
    return f"written, {len(lines)} lines are new; see its difference in version control"


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}", "name another file") from None


def _relative(path: Path, root: Path) -> str:
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.as_posix()
