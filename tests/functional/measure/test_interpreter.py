import sys
from pathlib import Path

import pytest

from bootfit.measure import find_interpreter
from bootfit.model.errors import UsageError


def environment(folder):
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    return python


def test_the_configured_one_wins_then_the_projects_then_bootfits_own(tmp_path):
    assert find_interpreter(tmp_path) == Path(sys.executable)
    plain = environment(tmp_path / "venv")
    assert find_interpreter(tmp_path) == plain
    hidden = environment(tmp_path / ".venv")
    assert find_interpreter(tmp_path) == hidden
    other = environment(tmp_path / "elsewhere")
    assert find_interpreter(tmp_path, Path("elsewhere")) == other
    assert find_interpreter(tmp_path, other) == other


def test_links_are_kept_because_they_are_the_environment(tmp_path):
    python = environment(tmp_path / ".venv")
    assert find_interpreter(tmp_path) == python
    assert find_interpreter(tmp_path) != python.resolve()


@pytest.mark.parametrize("name", ["none", "empty", "text"])
def test_a_configured_one_that_cannot_be_run_is_refused(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("")
    with pytest.raises(UsageError, match="no such interpreter"):
        find_interpreter(tmp_path, Path(name))
