import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

APPS = Path(__file__).parents[2] / "assets" / "apps"
VERSIONS = ("3.8", "3.9", "3.10", "3.12", "3.13", "3.14", "3.15")


def pythons():
    """Other interpreters: BOOTFIT_TEST_PYTHONS (a path list), else those on PATH."""
    named = os.environ.get("BOOTFIT_TEST_PYTHONS", "")
    if named:
        return [Path(one) for one in named.split(os.pathsep) if one]
    found = [shutil.which(f"python{version}") for version in VERSIONS]
    return [Path(one) for one in found if one and runs(one)]


def runs(python):
    """False for a stand-in that only tells how to install the real one."""
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


@pytest.fixture
def apps():
    return APPS


@pytest.fixture
def python():
    return Path(sys.executable)


@pytest.fixture(params=[pytest.param(one, id=str(one)) for one in pythons()])
def other_python(request):
    return request.param
