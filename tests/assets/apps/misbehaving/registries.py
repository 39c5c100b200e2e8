"""Registries, most of which are none."""


class Told:
    def __init__(self, answer):
        self.answer = answer

    def describe(self):
        return self.answer() if callable(self.answer) else self.answer


def make_a_calendar():
    import sys

    assert sys.modules["calendar"].TextCalendar().formatyear(2026)


NO_REGISTRY = "text"
RAISING = Told(lambda: 1 // 0)
OBJECTS = Told([object()])
NAMELESS = Told([{"ladder": []}])
LADDERLESS = Told([{"name": "words"}])
FINE = Told(
    [
        {"name": "words", "ladder": [{"name": "quiet", "target": "rungs:quiet"}]},
        {"name": "calendar", "ladder": [{"name": "other", "target": "rungs:raises"}]},
    ]
)
