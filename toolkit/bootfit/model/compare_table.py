"""`[tool.bootfit.compare]` as it is written, and what it means."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

from bootfit.model.comparison import UNITS, FigureName
from bootfit.model.errors import UsageError
from bootfit.model.sizes import parse_size
from bootfit.model.spans import parse_fraction, parse_seconds
from bootfit.model.tolerances import DEFAULTS, Allowance, Allowances, Tolerance

_Count = Annotated[int, msgspec.Meta(ge=0)]


class SubjectTable(
    msgspec.Struct, forbid_unknown_fields=True, rename="kebab", frozen=True, omit_defaults=True
):
    """`[tool.bootfit.compare.subjects.NAME]`: "app", "all together", a plugin or one rung."""

    memory: str | None = None
    memory_percent: str | None = None
    import_time: str | None = None
    import_time_percent: str | None = None
    max_memory: str | None = None
    max_import_time: str | None = None


class CompareTable(
    msgspec.Struct, forbid_unknown_fields=True, rename="kebab", frozen=True, omit_defaults=True
):
    """`[tool.bootfit.compare]`."""

    baseline: str | None = None
    memory: str | None = None
    memory_percent: str | None = None
    import_time: str | None = None
    import_time_percent: str | None = None
    download: str | None = None
    download_percent: str | None = None
    installed: str | None = None
    installed_percent: str | None = None
    max_download: str | None = None
    max_installed: str | None = None
    dependencies: _Count | None = None
    max_dependencies: _Count | None = None
    subjects: dict[str, SubjectTable] = {}


def allowances_of(table: CompareTable, options: Sequence[str] = ()) -> Allowances:
    """Return what ``table`` allows, with ``options`` ("memory=2Mi") over what it says for all.

    Raises:
        UsageError: a size, a span or a fraction that cannot be read, or an unknown key.
    """
    stated = _tolerances({**_stated(table), **_options(options)}, DEFAULTS)
    general = {**DEFAULTS, **stated}
    subjects = {
        name: Allowance(_tolerances(_stated(one), general, name), _most(_stated(one), name))
        for name, one in table.subjects.items()
    }
    most = _most({**_stated(table), **_options(options)})
    if most:
        subjects["requirements"] = Allowance(most=most)
    return Allowances(general, subjects)


def _options(options: Sequence[str]) -> dict[str, Any]:
    known = [one.encode_name for one in msgspec.structs.fields(CompareTable)]
    known = [one for one in known if one not in ("baseline", "subjects")]
    given: dict[str, Any] = {}
    for option in options:
        key, _, value = option.partition("=")
        if key not in known or not value:
            near = difflib.get_close_matches(key, known, n=1)
            raise UsageError(
                f"--allow {option}: not KEY=VALUE with a known key",
                f"did you mean {near[0]}?"
                if near and near[0] != key
                else f"known: {', '.join(known)}",
            )
        given[key] = value
    return given


def _stated(table: msgspec.Struct) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(table)
    return found


def _tolerances(
    stated: Mapping[str, Any], otherwise: Mapping[FigureName, Tolerance], subject: str = ""
) -> dict[FigureName, Tolerance]:
    found: dict[FigureName, Tolerance] = {}
    for figure in UNITS:
        percent = f"{figure}-percent"
        if figure not in stated and percent not in stated:
            continue
        known = otherwise[figure]
        found[figure] = Tolerance(
            _value(figure, figure, stated[figure], subject) if figure in stated else known.absolute,
            _read(percent, parse_fraction, stated[percent], subject)
            if percent in stated
            else known.relative,
        )
    return found


def _most(stated: Mapping[str, Any], subject: str = "") -> dict[FigureName, float]:
    return {
        figure: _value(figure, f"max-{figure}", stated[f"max-{figure}"], subject)
        for figure in UNITS
        if f"max-{figure}" in stated
    }


def _value(figure: FigureName, key: str, text: Any, subject: str) -> float:
    unit = UNITS[figure]
    if unit == "count":
        return _read(key, int, text, subject)
    if str(text).strip() == "0":  # neither a size nor a span, and what the strictest mean
        return 0
    return _read(key, parse_size if unit == "bytes" else parse_seconds, str(text), subject)


def _read(key: str, parse: Any, text: Any, subject: str) -> float:
    where = f"compare.subjects.{subject}.{key}" if subject else f"compare.{key}"
    try:
        return float(parse(text))
    except UsageError as error:
        raise UsageError(f"{where}: {error.message}", error.hint) from None
    except ValueError:
        raise UsageError(f"{where}: {text!r} is no number", "write it like 3") from None
