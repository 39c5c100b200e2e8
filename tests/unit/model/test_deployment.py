import pytest

from bootfit.config import load_config
from bootfit.model.deployment import Deployment
from bootfit.model.errors import UsageError


def deployment(tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(f"[tool.bootfit.deploy]\n{text}")
    return load_config(tmp_path).deployment


def test_nothing_is_wanted_unless_it_is_said(tmp_path):
    assert load_config(tmp_path).deployment == Deployment()


def test_what_a_project_wants_is_read(tmp_path):
    found = deployment(
        tmp_path,
        """\
release = "flask db upgrade"
auto-deploy = "checks-pass"
shutdown-seconds = 60
secrets = ["TOKEN"]
[tool.bootfit.deploy.worker]
command = "rq worker"
[tool.bootfit.deploy.key-value]
variable = "QUEUE_URL"
[tool.bootfit.deploy.postgres]
version = 16
[tool.bootfit.deploy.scaling]
max = 3
memory-percent = 70
""",
    )
    assert found.release == "flask db upgrade"
    assert found.worker.command == "rq worker"
    assert found.key_value.variable == "QUEUE_URL"
    assert found.postgres.version == 16
    assert (found.scaling.min, found.scaling.max, found.scaling.memory_percent) == (1, 3, 70)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('relaese = "x"\n', "deploy.release"),
        ('[tool.bootfit.deploy.worker]\ncomand = "x"\n', "deploy.worker.command"),
        ('[tool.bootfit.deploy.key-value]\nvariabel = "x"\n', "deploy.key-value.variable"),
        ("[tool.bootfit.deploy.keyvalue]\n", "deploy.key-value"),
        ("[tool.bootfit.deploy.worker]\n", "command"),
        ('[tool.bootfit.deploy.worker]\ncommand = " "\n', "empty"),
        ("shutdown-seconds = 301\n", "300"),
        ('auto-deploy = "of"\n', "auto-deploy"),
        ("[tool.bootfit.deploy.scaling]\nmax = 2\n", "memory-percent or cpu-percent"),
        ("[tool.bootfit.deploy.scaling]\nmin = 3\nmax = 2\ncpu-percent = 60\n", "min 3 is above"),
        ("instances = 2\n[tool.bootfit.deploy.scaling]\nmax = 2\ncpu-percent = 60\n", "exclude"),
        ('secrets = ["A", "A"]\n', "two places"),
        ('generated = ["DATABASE_URL"]\n[tool.bootfit.deploy.postgres]\n', "two places"),
        ('secrets = ["A=B"]\n', "cannot name a variable"),
    ],
)
def test_a_mistake_is_one_line_that_says_where(tmp_path, text, words):
    with pytest.raises(UsageError) as caught:
        deployment(tmp_path, text)
    told = f"{caught.value.message} ({caught.value.hint})"
    assert words in told
    assert "pyproject.toml" in told
    assert "\n" not in told
