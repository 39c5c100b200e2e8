"""The run document itself."""

from bootfit.model.document import encode_run
from bootfit.model.run import Run
from bootfit.model.style import Style


def render(run: Run, style: Style) -> str:
    """Return ``run`` as JSON of schema `bootfit/run-v1`; the style does not matter."""
    del style
    return encode_run(run).decode()
