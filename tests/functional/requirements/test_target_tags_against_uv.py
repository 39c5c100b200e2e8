"""Which tags a target takes, asked of uv: one wheel a distribution, every tag on every target."""

import os
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
import uv
from packaging.tags import parse_tag

from bootfit.model.target_names import parse_target
from bootfit.requirements.bare_interpreter import bare_interpreter
from bootfit.requirements.target_environment import ranked_tags, uv_environment, uv_platform

pytestmark = pytest.mark.slow

PLATFORMS = (
    *("manylinux1_x86_64", "manylinux2010_x86_64", "manylinux2014_x86_64", "linux_x86_64"),
    *("manylinux_2_27_x86_64", "manylinux_2_28_x86_64", "manylinux_2_34_x86_64"),
    *("manylinux2014_aarch64", "manylinux_2_28_aarch64", "manylinux_2_39_aarch64"),
    *("musllinux_1_1_x86_64", "musllinux_1_2_x86_64", "musllinux_1_2_aarch64"),
    *("manylinux_2_17_i686", "macosx_10_9_x86_64", "macosx_11_0_x86_64", "macosx_14_0_x86_64"),
    *("macosx_11_0_arm64", "macosx_14_0_arm64", "macosx_15_0_arm64", "macosx_10_6_intel"),
    *("macosx_10_9_universal2", "macosx_12_0_universal2", "win32", "win_amd64", "win_arm64"),
)
TAGS = (
    *(f"cp313-cp313-{platform}" for platform in PLATFORMS),
    *(f"cp313-cp313t-{platform}" for platform in ("manylinux1_x86_64", "win_amd64")),
    *(f"cp314-{abi}-manylinux1_x86_64" for abi in ("cp314", "cp314t", "abi3")),
    *(f"cp39-abi3-{p}" for p in ("manylinux1_x86_64", "win_amd64", "macosx_10_9_universal2")),
    *("cp315-cp315-manylinux1_x86_64", "cp315-abi3t-manylinux1_x86_64"),
    *("cp38-cp38-manylinux1_x86_64", "cp37-cp37m-manylinux1_x86_64"),
    *("py3-none-any", "py2.py3-none-any", "py2-none-any", "py38-none-any", "py314-none-any"),
    *("cp39-none-any", "cp313-none-any", "cp313-none-win_amd64", "py3-none-win_amd64"),
)


@pytest.fixture(scope="module")
def links(tmp_path_factory):
    folder = tmp_path_factory.mktemp("links")
    for number, tag in enumerate(TAGS):
        with zipfile.ZipFile(folder / f"d{number}-1.0-{tag}.whl", "w") as archive:
            info = f"d{number}-1.0.dist-info"
            metadata = f"Metadata-Version: 2.1\nName: d{number}\nVersion: 1.0\n"
            archive.writestr(f"{info}/METADATA", metadata)
            archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\n")
            archive.writestr(f"{info}/RECORD", "")
    return folder


@pytest.mark.parametrize(
    ("name", "python"),
    [
        ("x86_64-manylinux_2_28", "3.13"),
        ("x86_64-manylinux_2_28", "3.13t"),
        ("x86_64-manylinux_2_17", "3.8"),
        ("x86_64-manylinux_2_36", "3.14t"),
        ("x86_64-manylinux_2_40", "3.15"),
        ("x86_64-manylinux_2_40", "3.15t"),
        ("aarch64-manylinux_2_28", "3.13"),
        ("x86_64-linux-musl1.2", "3.13"),
        ("aarch64-linux-musl1.2", "3.13"),
        ("macos-14-arm64", "3.13"),
        ("macos-12-x86_64", "3.13"),
        ("windows-amd64", "3.13"),
        ("windows-amd64", "3.13t"),
        ("windows-arm64", "3.13"),
    ],
)
def test_no_tag_is_taken_otherwise(links, tmp_path, name, python):
    target = parse_target(name, python)
    interpreter = bare_interpreter(tmp_path, tmp_path, free_threaded=target.free_threaded)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("UV_")}

    def takes(number):
        done = subprocess.run(
            [
                *(uv.find_uv_bin(), "pip", "compile", "-", "--no-index", "--no-build", "-q"),
                *("--find-links", str(links), "--python", str(interpreter)),
                *("--python-version", target.python, "--python-platform", uv_platform(target)),
                *("--cache-dir", str(tmp_path / "cache")),
            ],
            input=f"d{number}\n",
            text=True,
            capture_output=True,
            check=False,
            timeout=60,
            env={**kept, "UV_PYTHON_DOWNLOADS": "never", **uv_environment(target)},
        )
        assert done.returncode == 0 or "No solution found" in done.stderr, done.stderr
        return done.returncode == 0

    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(TAGS, pool.map(takes, range(len(TAGS))), strict=True))
    accepted = set(ranked_tags(target))
    assert {tag for tag in TAGS if accepted & parse_tag(tag)} == {t for t in TAGS if answers[t]}
    assert any(answers.values())
    assert not all(answers.values())
