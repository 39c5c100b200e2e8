import re
import subprocess
import sys

import pytest

from bootfit.model.errors import ExitCode, UndeterminedError, UsageError
from bootfit.platforms import load_platform, target_for
from bootfit.requirements.locking import locked_requirements

PLATFORM = load_platform("render-free")


@pytest.fixture
def lock(index, project):
    def run(*lines, url=None, freshness="young"):
        (project / "requirements.txt").write_text("\n".join(lines) + "\n")
        return locked_requirements(
            project,
            ["requirements.txt"],
            PLATFORM,
            target_for(PLATFORM, "3.12"),
            index_url=index.url if url is None else url,
            freshness=freshness,
            timeout_seconds=5,
            progress=lambda _: None,
        )

    return run


def digests(index, *filenames):
    return {index.digest(name) for name in filenames}


def test_everything_is_pinned_with_the_hashes_of_all_its_files(index, lock, tmp_path):
    index.wheel("web", "1.0", requires=["core>=1", "tomli; python_version < '3.11'"])
    index.wheel("core", "1.0")
    index.wheel("core", "1.5", "cp312-cp312-manylinux_2_17_x86_64")
    index.sdist("core", "1.5", {"PKG-INFO": "Metadata-Version: 2.2\nName: core\nVersion: 1.5\n"})
    text = lock("web")
    assert re.findall(r"^(\S+==\S+) \\$", text, re.MULTILINE) == ["core==1.5", "web==1.0"]
    assert "tomli" not in text
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) == 3
    assert "# via web" in text
    # pip understands it, and finds the very files.
    path = tmp_path / "locked.txt"
    path.write_text("--require-hashes\n" + text)
    target = ("--python-version", "3.12", "--platform", "manylinux_2_17_x86_64")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-r", path),
            *("-d", tmp_path, "--index-url", index.url, "--only-binary", ":all:", *target),
            "--disable-pip-version-check",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {p.name for p in tmp_path.glob("*.whl")} == {
        "core-1.5-cp312-cp312-manylinux_2_17_x86_64.whl",
        "web-1.0-py3-none-any.whl",
    }


def test_what_is_locked_already_is_left(index, lock):
    index.wheel("web", "1.0")
    assert lock(f"web==1.0 --hash=sha256:{'0' * 64}") is None


def test_what_contradicts_or_comes_from_elsewhere_is_one_line(index, lock):
    index.wheel("web", "1.0")
    with pytest.raises(UsageError, match="cannot be locked"):
        lock("web==2.0")
    with pytest.raises(UsageError) as caught:
        lock("web", "other @ https://example.invalid/other-1.0-py3-none-any.whl")
    assert "other" in caught.value.message


def test_an_index_out_of_reach_is_not_known(lock):
    for told in ({"url": "http://127.0.0.1:9/simple"}, {"freshness": "offline"}):
        with pytest.raises(UndeterminedError) as caught:
            lock("web", **told)
        assert caught.value.exit_code is ExitCode.UNDETERMINED
        assert "\n" not in caught.value.message
