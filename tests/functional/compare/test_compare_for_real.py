"""Shards, baselines and comparisons of apps that are really measured."""

import json
import os
import shutil
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest

from bootfit.compare import compare_profiles, profile_of
from bootfit.model.document import decode_run
from bootfit.model.tolerances import Allowances

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="probes read /proc")

SHOP = Path(__file__).parents[2] / "assets" / "apps" / "shop"
CONFIG = f"""\
[tool.bootfit]
name = "shop"
platform = "render-free"
python = "3.{sys.version_info[1]}.0"
app = "shop:app"
plugins = "shop_plugins:PLUGINS"
interpreter = "{sys.executable}"
"""
#: A plugin whose import takes so many CPU seconds and so many MiB.
PLUGIN = """\
import time

end = time.process_time() + {seconds}
while time.process_time() < end:
    pass
KEPT = bytearray(b"\\1") * ({mebibytes} * 1024 * 1024)


def load():
    return KEPT


def exercise(kept):
    assert kept[0] == 1
"""

MAIN = """\
def app(environ, start_response):
    start_response("200 OK", [])
    return [b""]


def rung(name):
    return {"name": "own", "target": f"{name}:load", "exercise": f"{name}:exercise"}


class Plugins:
    def describe(self):
        return [{"name": name, "ladder": [rung(name)]} for name in ("steady", "moving")]


PLUGINS = Plugins()
"""


def bootfit(*args, cwd):
    return subprocess.run(
        [sys.executable, "-m", "bootfit", *map(str, args)],
        cwd=cwd,
        env={**os.environ, "BOOTFIT_EXTENSIONS": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=540,
    )


@pytest.fixture
def shop(tmp_path):
    folder = tmp_path / "shop"
    shutil.copytree(SHOP, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "pyproject.toml").write_text(CONFIG)
    return folder


def measured(folder, name, *args):
    done = bootfit("measure", "-q", "--format", f"json={name}", *args, cwd=folder)
    assert done.returncode in (0, 1), done.stderr
    return decode_run((folder / name).read_bytes(), name)


def probed(run):
    return {(one.mode, one.implementations): one.status for one in run.measurements.probes}


@pytest.mark.slow
def test_shards_measure_what_the_whole_does(shop):
    whole = measured(shop, "whole.json", "--samples", "2")
    parts = [measured(shop, f"{n}.json", "--samples", "2", "--shard", f"{n}/2") for n in (1, 2)]
    assert not set(probed(parts[0])) & set(probed(parts[1]))
    assert [str(one.shard) for one in parts] == ["1/2", "2/2"]
    done = bootfit("merge", "2.json", "1.json", "-o", "merged.json", cwd=shop)
    assert done.returncode == 0, done.stderr
    merged = decode_run((shop / "merged.json").read_bytes(), "merged.json")
    assert probed(merged) == probed(whole)
    assert {one.implementations for one in merged.measurements.attribution} == {
        one.implementations for one in whole.measurements.attribution
    }
    compared = bootfit("compare", "whole.json", "merged.json", cwd=shop)
    assert compared.returncode == 0, compared.stdout
    both = bootfit("measure", "--shard", "1/2", "--baseline", "whole.json", cwd=shop)
    assert both.returncode == 2
    bad = bootfit("measure", "--shard", "3/2", cwd=shop)
    assert bad.returncode == 2
    assert "no shard" in bad.stderr


@pytest.mark.slow
def test_measure_fails_where_the_app_outgrew_its_baseline(shop):
    written = bootfit("baseline", "write", "--samples", "2", cwd=shop)
    assert written.returncode == 0, written.stderr
    args = ("measure", "-q", "--samples", "2", "--baseline", "bootfit-baseline.toml")
    done = bootfit(*args, cwd=shop)
    assert done.returncode == 0, done.stdout
    source = (shop / "shop.py").read_text()
    assert "8 * 1024" in source
    (shop / "shop.py").write_text(source.replace("8 * 1024", "13 * 1024"))
    done = bootfit(*args, cwd=shop)
    assert done.returncode == 1
    assert "BF601" in done.stdout
    assert "memory of app grew by 5.0 MiB" in " ".join(done.stdout.split())


@pytest.mark.slow
def test_runs_of_an_unchanged_app_are_the_same_in_all_orders(shop):
    """Four real runs, twelve comparisons; simulated ones are in the unit tests."""
    runs = [measured(shop, f"{n}.json", "--samples", "2") for n in range(4)]
    profiles = [profile_of(run, str(number)) for number, run in enumerate(runs)]
    alarms = [
        (one.code, one.subject)
        for base, head in permutations(profiles, 2)
        for one in compare_profiles(base, head, Allowances())[1]
        if one.code in {"BF601", "BF602", "BF610"}
    ]
    assert alarms == []


def project(folder, seconds, mebibytes):
    folder.mkdir()
    for name, size in (("steady", (0.3, 4)), ("moving", (seconds, mebibytes))):
        (folder / f"{name}.py").write_text(PLUGIN.format(seconds=size[0], mebibytes=size[1]))
    (folder / "main.py").write_text(MAIN)
    (folder / "pyproject.toml").write_text(
        CONFIG.replace("shop:app", "main:app").replace("shop_plugins", "main")
    )


@pytest.mark.slow
def test_two_folders_are_measured_in_turn(tmp_path):
    project(tmp_path / "base", 0.30, 10)
    project(tmp_path / "head", 0.36, 15)
    done = bootfit(
        "compare", "base", "head", "--rounds", "3", "--format", "json=out.json", cwd=tmp_path
    )
    assert done.returncode == 1, done.stdout + done.stderr
    told = json.loads((tmp_path / "out.json").read_text())
    found = {(one["code"], one["subject"]) for one in told["findings"]}
    assert {("BF601", "moving:own"), ("BF602", "moving:own")} <= found
    assert not [one for one in found if one[1] in ("steady:own", "app")]
    assert told["comparison"]["in_turn"] is True
    samples = {
        one["implementations"][0]: len(one["figures"]["import_cpu_seconds"]["values"])
        for one in told["measurements"]["probes"]
        if one["mode"] == "on_top"
    }
    # What became slower was looked at again.
    assert samples["moving:own"] == 15
    assert samples["steady:own"] in (3, 15)
