"""Whatever stands in a file, checking it comes to an end with findings that have a place."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from bootfit.emit.checking import READ, check_files
from bootfit.emit.checking import blueprint_spec as spec
from bootfit.platforms import load_platform

PLATFORM = load_platform("render-free")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
KEY = st.sampled_from(
    sorted(spec.ROOT | spec.SERVICE | spec.DATABASE | spec.VARIABLE | spec.SCALING)
)
WORD = st.sampled_from(["off", "yes", "3.10", "free", "pro-plus", "web", "cron", "", "~", "1"])
VALUE = st.recursive(
    WORD | TEXT | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY | TEXT, inner, max_size=5),
    max_leaves=20,
)
SERVICES = st.fixed_dictionaries(
    {"services": st.lists(st.dictionaries(KEY, VALUE, max_size=8), max_size=3)}
)


def all_have_places(texts):
    for finding in check_files(texts, PLATFORM):
        assert finding.place is not None
        assert finding.place.path in READ
        lines = len(texts[finding.place.path].splitlines()) + 1
        assert finding.place.line is None or 1 <= finding.place.line <= lines
        assert finding.message
        assert finding.remedy


@settings(max_examples=150, deadline=None)
@given(document=SERVICES | VALUE)
def test_blueprints_of_any_shape(document):
    all_have_places({"render.yaml": json.dumps(document, ensure_ascii=False)})


@settings(max_examples=150, deadline=None)
@given(text=TEXT, conf=TEXT)
def test_any_text(text, conf):
    all_have_places({"render.yaml": text, "Procfile": text, "gunicorn.conf.py": conf})


@settings(max_examples=150, deadline=None)
@given(command=TEXT, arguments=TEXT)
def test_any_command(command, arguments):
    service = {
        "type": "web",
        "name": "a",
        "runtime": "python",
        "startCommand": f"gunicorn {command}",
        "envVars": [{"key": "GUNICORN_CMD_ARGS", "value": arguments}],
    }
    all_have_places(
        {
            "render.yaml": json.dumps({"services": [service]}),
            "Procfile": f"web: gunicorn {command}\n",
        }
    )
