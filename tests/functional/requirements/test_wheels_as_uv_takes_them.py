"""The tags of 400 distributions' recorded wheels, as bootfit and uv read them: none unexplained.

uv has its own code for tags and versions, which shares nothing with ours. It is asked all at once:
for each combination of tags that occurs, an index on this machine has a project with a version
2.0 for these tags and a version 1.0 for everybody. Which of the two uv takes is its verdict.
"""

import lzma
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import uv
from packaging.version import Version

from bootfit.model.platform import Target
from bootfit.requirements.index_page import IndexFile
from bootfit.requirements.target_environment import uv_environment, uv_platform
from bootfit.requirements.wheel_match import admits_python, best_wheel

RECORD = Path(__file__).parents[2] / "assets" / "requirements" / "wheel_names.txt.xz"
TARGETS = {
    "glibc": Target("3.11.9", "glibc", "2.36", "x86_64"),
    "old glibc": Target("3.8.18", "glibc", "2.17", "x86_64"),
    "arm": Target("3.13.4", "glibc", "2.31", "aarch64"),
    "musl": Target("3.12.4", "musl", "1.2", "x86_64"),
    "macos": Target("3.14.1", "", "", "aarch64", system="macos", system_version="13.0"),
    "windows": Target("3.10.11", "", "", "x86_64", system="windows"),
}
EVERYBODY = "py3-none-any"


def recorded():
    """Return the wheels' tags and Requires-Python, each that occurs, once."""
    tags, pythons, projects = set(), set(), 0
    for line in lzma.decompress(RECORD.read_bytes()).decode().splitlines()[1:]:
        if not line.startswith(" "):
            projects += 1
            continue
        filename, _, python = line[1:].partition("\t")
        tags.add("-".join(filename.removesuffix(".whl").split("-")[-3:]))
        pythons.add(python)
    return projects, sorted(tags), sorted(pythons - {""})


def page(name, tags, python):
    files = [(f"{name}-1.0-{EVERYBODY}.whl", ""), (f"{name}-2.0-{tags}.whl", python)]
    links = (
        f'<a href="/{file}" data-core-metadata="true" data-requires-python="{asked}">{file}</a>'
        for file, asked in ((f, p.replace("<", "&lt;").replace(">", "&gt;")) for f, p in files)
    )
    return f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        if match := re.match(r"/(\w+)-([\d.]+)-.*\.metadata$", self.path):
            text = f"Metadata-Version: 2.1\nName: {match[1]}\nVersion: {match[2]}\n"
            return self.give(text, "text/plain")
        name = self.path.removeprefix("/simple/").strip("/")
        return self.give(page(name, *self.server.projects[name]), "text/html")

    def give(self, text, kind):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "max-age=600")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def taken_by_uv(tmp_path_factory):
    """Return a function: names of the projects of which uv takes the version in question."""
    folder = tmp_path_factory.mktemp("uv")
    _, tags, pythons = recorded()
    projects = {f"t{number}": (tag, "") for number, tag in enumerate(tags)}
    projects |= {f"p{number}": (EVERYBODY, python) for number, python in enumerate(pythons)}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.projects, server.daemon_threads = projects, True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    config = folder / "uv.toml"
    url = f"http://127.0.0.1:{server.server_address[1]}/simple"
    config.write_text(f'[[index]]\nurl = "{url}"\ndefault = true\n')

    def ask(target):
        done = subprocess.run(
            [
                *(uv.find_uv_bin(), "pip", "compile", "-", "--only-binary", ":all:", "--no-header"),
                *("--no-annotate", "--config-file", str(config), "--cache-dir", str(folder / "c")),
                *("--python-version", target.python, "--python-platform", uv_platform(target)),
            ],
            input="\n".join(projects),
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": "", "UV_PYTHON_DOWNLOADS": "never", **uv_environment(target)},
        )
        lines = done.stdout.split()
        assert len(lines) == len(projects)
        return {line.removesuffix("==2.0") for line in lines if line.endswith("==2.0")}

    yield ask, projects
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_record_is_of_many_wheels():
    projects, tags, pythons = recorded()
    assert projects >= 300
    assert len(tags) > 1500
    assert len(pythons) > 80


@pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))
def test_no_disagreement_that_is_not_explained(taken_by_uv, target):
    ask, projects = taken_by_uv
    taken = ask(target)
    disagreements = []
    for name, (tags, python) in projects.items():
        file = IndexFile(
            filename=f"x-2.0-{tags}.whl",
            url="https://index.test/x",
            kind="wheel",
            version=Version("2.0"),
            requires_python=python,
        )
        ours = best_wheel([file], target).wheel is not None
        if ours == (name in taken):
            continue
        if python and not ours:
            # uv leaves out upper bounds and exclusions on purpose; pip honours them, as we do.
            lower = ",".join(part for part in python.split(",") if part.strip().startswith(">"))
            assert admits_python(lower, target)
            continue
        disagreements.append((tags, python, "ours" if ours else "uv's"))
    assert disagreements == []
    # Both say yes and no: an answer that is the same for all would agree with nothing.
    of_tags = {name for name in projects if name.startswith("t")}
    assert 10 < len(taken & of_tags) < len(of_tags) // 2
