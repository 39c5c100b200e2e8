"""Where a project says what it requires, if in none of the files that a deploy installs from."""

from pathlib import Path

from bootfit.model.errors import UndeterminedError, UsageError
from bootfit.requirements.project_text import read_text
from bootfit.requirements.pyproject_file import poetrys_table, states_in_poetrys_table
from bootfit.requirements.setup_cfg import states_requirements
from bootfit.requirements.toml_text import load_toml

#: Files that other tools resolve, and how each of them writes one that can be checked.
_OTHERS = {
    "Pipfile": "`pipenv lock` writes Pipfile.lock, which -r Pipfile.lock checks",
    "environment.yml": "list what pip installs in a requirements.txt and name that with -r",
    "environment.yaml": "list what pip installs in a requirements.txt and name that with -r",
}


def find_unlisted(root: Path) -> tuple[str, ...]:
    """Return the file in ``root`` that says what is required, named as `check_project` wants it.

    Raises:
        UsageError: nothing there says it.
        UndeterminedError: a file does that is not read; says how to get one that is.
    """
    config = root / "setup.cfg"
    if config.is_file() and states_requirements(read_text(root, config.name)):
        return (config.name,)
    if (root / "requirements.in").is_file():
        return ("requirements.in",)
    project = root / "pyproject.toml"
    if project.is_file() and states_in_poetrys_table(
        load_toml(read_text(root, project.name), project.name)
    ):
        raise poetrys_table(project.name)
    if (root / "setup.py").is_file():
        raise UndeterminedError(
            "setup.py: dependencies are computed by the build backend (setuptools): "
            "not checkable without running it",
            "list them in pyproject.toml or in a requirement file that -r names",
        )
    for name, hint in _OTHERS.items():
        if (root / name).is_file():
            raise UndeterminedError(f"{name} is not read: only its own tool resolves it", hint)
    raise UsageError(
        f"no requirements found in {root}",
        "name them with -r FILE or [tool.bootfit] requirements",
    )
