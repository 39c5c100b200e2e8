"""A package index on this machine: handmade files, real HTTP, every way to misbehave."""

import base64
import contextlib
import io
import json
import tarfile
import threading
import zipfile
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bootfit.platforms import load_platform, target_for
from bootfit.requirements.project_check import check_files

MANYLINUX = "manylinux_2_17_x86_64.manylinux2014_x86_64"


def tar_of(members, mode="w:gz"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:
        for name, text in members.items():
            info = tarfile.TarInfo(name)
            data = text.encode()
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


class LocalIndex:
    """Holds the files of an index and how it answers."""

    def __init__(self):
        self.files = {}
        self.pages = {}
        self.extra = {}
        self.json = True
        self.ranges = True
        self.login = None
        #: path → function(handler), instead of the usual answer.
        self.answers = {}
        self.asked = []
        self.release = threading.Event()

    def wheel(self, name, version, tag="py3-none-any", *, requires=(), python="", generator="t"):
        stem = f"{name.replace('-', '_')}-{version}"
        lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        lines += [f"Requires-Dist: {text}" for text in requires]
        lines += [f"Requires-Python: {python}"] if python else []
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            info = f"{stem}.dist-info"
            archive.writestr(f"{info}/METADATA", "\n".join(lines) + "\n")
            wheel = f"Wheel-Version: 1.0\nGenerator: {generator}\nRoot-Is-Purelib: true\n"
            archive.writestr(f"{info}/WHEEL", "".join([wheel, f"Tag: {tag}\n"]))
            archive.writestr(f"{info}/RECORD", "")
        self._add(name, f"{stem}-{tag}.whl", buffer.getvalue(), python)

    def sdist(
        self, name, version, members, *, python="", data=None, suffix=".tar.gz", buildable=True
    ):
        top = f"{name}-{version}"
        if not {"setup.py", "pyproject.toml"} & set(members) and buildable:
            members = {**members, "setup.py": "from setuptools import setup\nsetup()\n"}
        inside = {f"{top}/{path}": text for path, text in members.items()}
        if suffix == ".zip":
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                for path, text in inside.items():
                    archive.writestr(path, text)
            data = buffer.getvalue()
        self._add(name, f"{top}{suffix}", data or tar_of(inside), python)

    def yank(self, filename, reason):
        self.extra[filename] = {"yanked": reason}

    def digest(self, filename):
        """Return the sha256 of a file of this index."""
        return sha256(self.files[f"/files/{filename}"]).hexdigest()

    def _add(self, name, filename, data, python):
        self.files[f"/files/{filename}"] = data
        self.pages.setdefault(name, []).append((filename, python))

    def page(self, name):
        entries = []
        for filename, python in self.pages[name]:
            data = self.files[f"/files/{filename}"]
            entry = {
                "filename": filename,
                "url": f"/files/{filename}",
                "hashes": {"sha256": self.digest(filename)},
                "size": len(data),
                "upload-time": "2024-01-01T00:00:00Z",
                **self.extra.get(filename, {}),
            }
            entries.append({**entry, **({"requires-python": python} if python else {})})
        if self.json:
            kind = "application/vnd.pypi.simple.v1+json"
            return kind, json.dumps(
                {"meta": {"api-version": "1.1"}, "name": name, "files": entries}
            )
        links = [
            f'<a href="{e["url"]}#sha256={e["hashes"]["sha256"]}"'
            + (f' data-requires-python="{e["requires-python"]}"' if "requires-python" in e else "")
            + f">{e['filename']}</a>"
            for e in entries
        ]
        return "text/html", f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>"


class Handler(BaseHTTPRequestHandler):
    """Answers for `server.index`."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        self.server.index.asked.append(self.path)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._answer(self.server.index)

    def _answer(self, index):
        if index.login:
            expected = "Basic " + base64.b64encode(index.login.encode()).decode()
            if self.headers.get("Authorization") != expected:
                return self.give(401, "text/plain", b"who are you?")
        if self.path in index.answers:
            return index.answers[self.path](self)
        if self.path in index.files:
            return self._file(index.files[self.path], ranges=index.ranges)
        name = self.path.removeprefix("/simple/").strip("/")
        if name in index.pages:
            kind, text = index.page(name)
            return self.give(200, kind, text.encode())
        return self.give(404, "text/plain", b"no such project")

    def _file(self, data, *, ranges):
        asked = self.headers.get("Range", "")
        if not (ranges and asked.startswith("bytes=")):
            return self.give(200, "application/octet-stream", data, ranges=ranges)
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(len(data) - int(last), 0)
        end = min(int(last), len(data) - 1) if first and last else len(data) - 1
        span = f"bytes {start}-{end}/{len(data)}"
        return self.give(206, "application/octet-stream", data[start : end + 1], content_range=span)

    def give(self, status, kind, body, *, content_range="", ranges=False, length=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        if ranges:
            self.send_header("Accept-Ranges", "bytes")
        if content_range:
            self.send_header("Content-Range", content_range)
        if length is not None:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture
def index():
    index = LocalIndex()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.index = index
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    index.address = f"127.0.0.1:{server.server_address[1]}/simple"
    index.url = f"http://{index.address}"
    yield index
    index.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("BOOTFIT_INDEX_URL", raising=False)


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    return root


@pytest.fixture
def check(index, project):
    """Check requirement lines against the local index for Render's free plan."""

    def run(*lines, python="3.12", files=("requirements.txt",), url=None, timeout=10, **known):
        if lines:
            (project / "requirements.txt").write_text("\n".join(lines) + "\n")
        # What is checked is what runs, and what is left open has tests of its own.
        (project / ".python-version").write_text(python)
        platform = load_platform("render-free")
        result, findings = check_files(
            project,
            files,
            platform,
            target_for(platform, python),
            index_url=index.url if url is None else url,
            exclude_newer=known.pop("exclude_newer", None),
            progress=known.pop("progress", lambda _: None),
            timeout_seconds=timeout,
            **known,
        )
        told = [finding for finding in findings if finding.slug != "unpinned"]
        return {check.name: check for check in result.distributions}, told, result

    return run
