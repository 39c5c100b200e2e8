"""The templates: linted, and their own steps run here as a runner would."""

import json
import os
import re
import shlex
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from ruamel.yaml import YAML

TOP = Path(__file__).parents[3]
CI = TOP / "ci"
ACTION = CI / "github" / "action.yml"
EXAMPLES = sorted((CI / "github" / "examples").glob("*.yml"))
GITLAB = sorted((CI / "gitlab").glob("*.yml"))
HOOKS = TOP / ".pre-commit-hooks.yaml"
TOOLS = Path(sys.executable).parent


def tool(*command, cwd=TOP, **variables):
    name, *arguments = map(str, command)
    done = subprocess.run(
        [TOOLS / name, *arguments],
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def read(path):
    return YAML(typ="safe").load(path)


def test_zizmor_finds_nothing_in_action_examples_and_hooks():
    code, told = tool(
        *("zizmor", "--offline", "--pedantic", "--strict-collection", "--no-progress"),
        *(ACTION, *EXAMPLES, HOOKS),
    )
    assert code == 0, told


def test_shellcheck_finds_nothing():
    code, told = tool("shellcheck", *CI.rglob("*.sh"))
    assert code == 0, told


@pytest.mark.parametrize(
    ("schema", "files"),
    [("github-actions", [ACTION]), ("github-workflows", EXAMPLES), ("gitlab-ci", GITLAB)],
)
def test_templates_are_what_their_schema_says(schema, files):
    assert files
    code, told = tool("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)
    assert code == 0, told


def test_no_input_stands_in_a_script_and_all_actions_are_pinned():
    for path in (ACTION, *EXAMPLES):
        text = path.read_text()
        assert "pull_request_target" not in text
        for used in re.findall(r"uses: (\S+)", text):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used), used
    for step in read(ACTION)["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert step.get("shell", "sh") == "sh"
    token = [s["name"] for s in read(ACTION)["runs"]["steps"] if "token" in str(s.get("env"))]
    assert token == ["One comment"]


def test_the_readme_tells_every_input_hook_and_file():
    text = (CI / "README.md").read_text()
    hooks = [hook["id"] for hook in read(HOOKS)]
    for name in (*read(ACTION)["inputs"], *hooks):
        assert re.search(rf"`{name}`|id: {name}\b", text), name
    for path in re.findall(r"\]\(([^)]+)\)", text):
        assert (CI / path).is_file(), path
    assert len(text.splitlines()) < 80


def test_gitlab_shards_and_the_job_that_merges_agree():
    jobs = {**read(CI / "gitlab" / "bootfit.gitlab-ci.yml")}
    sharded = read(CI / "gitlab" / "sharded.gitlab-ci.yml")
    sharded["bootfit"] = {**jobs["bootfit"], **sharded["bootfit"]}
    jobs |= sharded
    shard, merge = resolved(jobs, "bootfit:shard"), resolved(jobs, "bootfit")
    assert merge["needs"] == ["bootfit:shard"]
    assert shard["variables"]["BOOTFIT_CI_SHARD"] == "$CI_NODE_INDEX/$CI_NODE_TOTAL"
    assert shard["parallel"] == 4
    assert shard["artifacts"]["paths"] == [merge["variables"]["BOOTFIT_CI_MERGE"]]
    assert "BOOTFIT_CI_SHARD" not in merge["variables"]


class Runner:
    """Runs the action's steps: expressions in `env` are put in, what is skipped is by its `if`."""

    def __init__(self, run, folder, variables):
        self.run = run
        self.folder = folder
        self.variables = variables

    def action(self, **inputs):
        """Return the exit code of the action, and what its steps said."""
        action = read(ACTION)
        values = {
            f"inputs.{name}": str(inputs.get(name.replace("-", "_"), told["default"]))
            for name, told in action["inputs"].items()
        }
        assert {name.replace("_", "-") for name in inputs} <= set(action["inputs"])
        outputs = Path(self.variables["GITHUB_OUTPUT"])
        said, failed = [], 0
        for step in action["runs"]["steps"]:
            wanted = step.get("if", "").strip("${ }")
            assert wanted in ("", "!cancelled()", "!cancelled() && inputs.shard == ''")
            if step["name"].startswith(("Keep ", "Install ")):
                continue
            if (failed and not wanted) or ("shard" in wanted and values["inputs.shard"]):
                continue
            for line in outputs.read_text().splitlines():
                name, _, value = line.partition("=")
                values[f"steps.gate.outputs.{name}"] = value
            told = {
                name: re.sub(r"\$\{\{ (.+?) \}\}", lambda m: values.get(m[1], ""), value)
                for name, value in step.get("env", {}).items()
            }
            done = self.run(["sh", "-ec", step["run"]], self.folder, **self.variables, **told)
            said.append(done.stdout)
            if done.returncode and not step.get("continue-on-error"):
                failed = failed or done.returncode
        return failed, "".join(said)


@pytest.fixture
def home(tmp_path):
    """A folder with a `bootfit-gate` as install.sh would leave one, which is this Python."""
    python = tmp_path / "temp" / "bootfit-gate" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    return python.parents[1]


@pytest.fixture
def runner(tmp_path, run, home, api, repository):
    """A runner on a pull request of one commit, of the same repository."""
    base = repository.commit("base", mebibytes=1)
    repository.commit("head", requirements__txt="# some\n")
    event = {
        "pull_request": {
            "number": 5,
            "base": {"sha": base},
            "head": {"repo": {"full_name": "us/shop"}},
        }
    }
    (tmp_path / "event.json").write_text(json.dumps(event))
    for name in ("outputs", "summary"):
        (tmp_path / name).write_text("")
    return Runner(
        run,
        repository.folder,
        {
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ACTION.parent),
            "GITHUB_API_URL": api.url,
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
            "GITHUB_OUTPUT": str(tmp_path / "outputs"),
            "GITHUB_REPOSITORY": "us/shop",
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        },
    )


@pytest.mark.slow
def test_the_action_comments_and_gives_its_verdict(runner, api, tmp_path):
    code, said = runner.action(leg="check", token="a-token")
    assert (code, api.written()) == (0, ["POST /repos/us/shop/issues/5/comments"])
    assert "bootfit: commented" in said
    (body,) = api.bodies()
    assert body.startswith("<!-- bootfit: . -->\n## ✅ tiny installs on Render Free")
    assert "Base against head" in body
    # Of a fork; and whatever the inputs are, no shell reads them.
    hostile = '$(touch "$PWNED") `touch "$PWNED"`"; touch "$PWNED"; \'; touch "$PWNED"'
    runner.variables["PWNED"] = str(tmp_path / "pwned")
    event = tmp_path / "event.json"
    event.write_text(event.read_text().replace("us/shop", "them/shop"))
    api.asked.clear()
    code, said = runner.action(token="a-token", base=hostile, output=f"out {hostile}")
    assert code == 2
    assert "::error title=bootfit::the base" in said
    assert "is not in this clone" in said
    assert "from a fork" in said
    assert api.asked == []
    assert (tmp_path / "summary").read_text().startswith("## ❌ bootfit could not look at `.`")
    every = dict.fromkeys(("base", "install", "leg", "merge", "project", "python"), hostile)
    code, said = runner.action(**every, rounds=hostile, shard=hostile, comment_key=hostile)
    assert code == 2
    assert not (tmp_path / "pwned").exists()


def resolved(jobs, name):
    """Return a job of the template with what it extends, as GitLab merges them."""
    job = dict(jobs[name])
    if "extends" in job:
        below = resolved(jobs, job.pop("extends"))
        for key, value in below.items():
            own = job.get(key)
            both = isinstance(own, dict) and isinstance(value, dict)
            job[key] = {**value, **own} if both else value if own is None else own
    return job


def test_the_gitlab_job_compares_and_its_note_is_written(run, home, api, make_repository):
    repository = make_repository("back end")
    base = repository.commit("base", mebibytes=1)
    repository.commit("head", requirements__txt="# some\n")
    jobs = read(CI / "gitlab" / "bootfit.gitlab-ci.yml")
    gate, note = resolved(jobs, "bootfit"), resolved(jobs, "bootfit:note")
    install, *rest = gate["script"]
    assert install == 'sh "$BOOTFIT_SOURCE/ci/scripts/install.sh" "$BOOTFIT_HOME"'
    variables = {
        **{name: str(value) for name, value in gate["variables"].items()},
        "BOOTFIT_CI_LEG": "check",
        "BOOTFIT_CI_PROJECT": "back end",
        "BOOTFIT_HOME": str(home),
        "BOOTFIT_SOURCE": str(TOP),
        "CI_API_V4_URL": api.url,
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
        "CI_MERGE_REQUEST_IID": "3",
        "CI_MERGE_REQUEST_PROJECT_ID": "12",
        "CI_PROJECT_DIR": str(repository.folder),
        "XDG_CACHE_HOME": "",
    }
    done = run(["sh", "-ec", "\n".join(rest)], repository.folder, **variables)
    assert done.returncode == 0, done.stderr
    wanted = [*gate["artifacts"]["reports"].values(), *gate["artifacts"]["paths"]]
    assert len(wanted) == 4
    for file in wanted:
        assert (repository.folder / file).exists(), file
    run_document = json.loads((repository.folder / "bootfit-report" / "run.json").read_text())
    assert run_document["comparison"]["base"] == base[:12]
    changes = run_document["comparison"]["changes"]
    assert {(one["figure"], one["verdict"]) for one in changes} == {
        ("dependencies", "same"),
        ("download", "same"),
    }
    # Forges show places from the top of the repository.
    assert run_document["check"]["requirement_files"] == ["back end/requirements.txt"]
    entries = json.loads((repository.folder / "bootfit-report" / "gitlab.json").read_text())
    assert {one["location"]["path"] for one in entries} == {"back end/pyproject.toml"}
    script = "\n".join(note["script"])
    done = run(["sh", "-ec", script], repository.folder, **variables, BOOTFIT_NOTE_TOKEN="a-token")
    assert done.stdout == "bootfit: commented\n"
    assert api.bodies()[0].startswith("<!-- bootfit: back_end -->\n## ✅ tiny installs")


def test_the_gitlab_template_fetches_the_commit_that_is_asked_for(tmp_path, run, repository):
    repository.commit("wanted", wanted__txt="this\n")
    wanted = repository.git("rev-parse", "HEAD")
    repository.commit("newer", wanted__txt="not this\n")
    repository.git("config", "uploadpack.allowAnySHA1InWant", "true")
    jobs = read(CI / "gitlab" / "bootfit.gitlab-ci.yml")
    done = run(
        ["sh", "-ec", "\n".join(resolved(jobs, "bootfit")["before_script"])],
        tmp_path,
        BOOTFIT_SOURCE=str(tmp_path / "source"),
        BOOTFIT_REPOSITORY=f"file://{repository.folder}",
        BOOTFIT_COMMIT=wanted,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "source" / "wanted.txt").read_text() == "this\n"


@pytest.mark.slow
def test_bootfit_is_installed_into_an_environment_of_its_own(tmp_path, run):
    """From a wheel made here: nothing is asked of an index."""
    wheel = tmp_path / "bootfit-0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("bootfit.py", "")
        file.writestr(
            "bootfit-0.dist-info/METADATA", "Metadata-Version: 2.1\nName: bootfit\nVersion: 0\n"
        )
        file.writestr(
            "bootfit-0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        file.writestr("bootfit-0.dist-info/RECORD", "bootfit.py,,\n")
    target = tmp_path / "a gate"
    done = run(
        ["sh", str(CI / "scripts" / "install.sh"), str(target)],
        tmp_path,
        BOOTFIT_CI_SOURCE=str(wheel),
        PIP_NO_INDEX="1",
        PATH=f"{TOOLS}:{os.environ['PATH']}",
    )
    assert done.returncode == 0, done.stderr
    imported = run([str(target / "bin" / "python"), "-c", "import bootfit"], tmp_path)
    assert imported.returncode == 0, imported.stderr


def test_the_hooks_run_on_the_files_that_they_read(tmp_path, repository):
    """By pre-commit itself, with the bootfit of this environment instead of an installed one."""
    code, told = tool("pre-commit", "validate-manifest", HOOKS)
    assert code == 0, told
    hooks = [
        {**hook, "language": "system", "entry": f"{sys.executable} -m {hook['entry']}"}
        for hook in read(HOOKS)
    ]
    assert [hook["id"] for hook in hooks] == ["bootfit-check", "bootfit-files"]
    configuration = {"repos": [{"repo": "local", "hooks": hooks}]}
    (repository.folder / ".pre-commit-config.yaml").write_text(json.dumps(configuration))
    home = str(tmp_path / "pre-commit")

    def commit_hooks(**files):
        repository.commit("before", mebibytes=1)
        for name, text in files.items():
            (repository.folder / name.replace("__", ".")).write_text(text)
        repository.git("add", ".")
        return tool("pre-commit", "run", cwd=repository.folder, PRE_COMMIT_HOME=home)

    code, told = commit_hooks(README__md="words\n")
    assert code == 0
    assert told.count("(no files to check)Skipped") == 2
    code, told = commit_hooks(requirements__txt="# changed\n")
    assert code == 0, told
    assert re.search(r"bootfit check\.+Passed", told)
    assert re.search(r"bootfit check --files\.+\(no files to check\)Skipped", told)
    service = {"type": "web", "name": "tiny", "runtime": "python", "plan": "pro-plus"}
    code, told = commit_hooks(render__yaml=json.dumps({"services": [service]}))
    assert code == 1
    assert "BF412" in told
    assert re.search(r"bootfit check --files\.+Failed", told)
