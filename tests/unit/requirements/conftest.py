"""Recorded index pages and the targets that verdicts are about."""

from pathlib import Path

import pytest

from bootfit.model.platform import Builder, Platform, PythonDefaults, Target
from bootfit.requirements.index_page import ProjectFiles
from bootfit.requirements.page_formats import read_json_page

PAGES = Path(__file__).parents[2] / "assets" / "requirements" / "pages"


@pytest.fixture
def page():
    def load(name):
        body = (PAGES / f"{name}.json").read_bytes()
        return ProjectFiles(name, read_json_page(name, body, f"https://index.test/simple/{name}/"))

    return load


@pytest.fixture
def target():
    def make(python, libc="glibc", libc_version="2.36", architecture="x86_64"):
        return Target(python, libc, libc_version, architecture)

    return make


@pytest.fixture
def platform():
    def make(*, c=True, fortran=False, rust=False, writable_home=False):
        return Platform(
            name="small",
            title="Small",
            family="small",
            plan="small",
            memory_bytes=512 * 1024**2,
            cpu_share=0.1,
            operating_system="linux",
            architecture="x86_64",
            libc="glibc",
            libc_version="2.36",
            python=PythonDefaults("3.13.4", ("3.11", "3.12", "3.13"), ()),
            builder=Builder(c, c, fortran, rust, writable_home),
            environment={},
            artefacts=(),
            port_variable="PORT",
            facts=(),
        )

    return make
