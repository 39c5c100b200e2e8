"""Whether two texts of an emitted file say the same, but for what measuring again moves. Pure."""

import re

#: Comments hold reasons with their figures; what a line sets stands before it.
_COMMENT = re.compile(r"\s*#")
_SETTING = re.compile(r"(?P<name>timeout|max_requests|max_requests_jitter) = (?P<figure>\d+)")
_COST = re.compile(r"(?P<name>[\w.-]+:[\w.-]+)=(?P<figure>\d+)(?=Mi\b)")
#: Two runs of one app differ by less: a time-out goes by steps of 5 s, a small cost by a MiB.
_MOVES, _MOVES_AT_LEAST = 0.25, 2


def agree(one: str, other: str) -> bool:
    """Return whether nobody who deploys ``other`` gets something else than with ``one``.

    Comments and blank lines do not count; time-outs, ``max_requests`` and the costs in
    ``BOOTFIT_COST`` may differ by a quarter.
    """
    lines, others = _lines(one), _lines(other)
    return len(lines) == len(others) and all(map(_line_agrees, lines, others))


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip() and not _COMMENT.match(line)]


def _line_agrees(one: str, other: str) -> bool:
    if one == other:
        return True
    setting, its_other = _SETTING.fullmatch(one), _SETTING.fullmatch(other)
    if setting and its_other:
        same = setting["name"] == its_other["name"]
        return same and _close(setting["figure"], its_other["figure"])
    if _COST.sub(r"\g<name>", one) != _COST.sub(r"\g<name>", other):
        return False
    costs, its_costs = (list(_COST.finditer(line)) for line in (one, other))
    return all(_close(a["figure"], b["figure"]) for a, b in zip(costs, its_costs, strict=True))


def _close(one: str, other: str) -> bool:
    # 0 is none at all: no recycling, no time-out.
    if "0" in {one, other}:
        return one == other
    return abs(int(one) - int(other)) <= max(_MOVES * max(int(one), int(other)), _MOVES_AT_LEAST)
