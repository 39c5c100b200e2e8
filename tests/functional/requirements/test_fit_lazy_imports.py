"""`bootfit fit` on an app without configuration that imports a library inside of a view."""

import json
import subprocess
import sys
import venv
from site import getsitepackages

import pytest

MIB = 1024 * 1024
APP = """
import early


def application(environ, start_response):
    import ballast.cargo

    data = bytearray(b"x") * (20 << 20)
    start_response("200 OK", [("Content-Length", "2")])
    return [bytes(data[:1]) + ballast.cargo.DATA[:1] + early.DATA[:0]]
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="probes read /proc"),
]


def install(site, name, **files):
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "RECORD").write_text("".join(f"{name}/{file}.py,,\n" for file in files))
    (site / name).mkdir()
    for file, text in files.items():
        (site / name / f"{file}.py").write_text(text)


def environment_of(root):
    """Make the project's own environment, which sees this one's gunicorn; return its packages."""
    venv.create(root / ".venv", with_pip=False)
    (site,) = (root / ".venv" / "lib").glob("python*/site-packages")
    (site / "here.pth").write_text("".join(f"{path}\n" for path in getsitepackages()))
    return site


def test_its_import_is_planned_for_and_what_boot_loads_is_no_plugin(tmp_path, index):
    root = tmp_path / "depot"
    root.mkdir()
    site = environment_of(root)
    (root / "wsgi.py").write_text(APP)
    (root / "requirements.txt").write_text("ballast==1.0\nearly==1.0\n")
    install(site, "ballast", __init__="", cargo="DATA = bytearray(b'1') * (40 << 20)\n")
    install(site, "early", __init__="DATA = bytearray(b'1') * (30 << 20)\n")
    index.wheel("ballast", "1.0")
    index.wheel("early", "1.0")
    document = tmp_path / "run.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bootfit", "fit", str(root), "--index-url", index.url),
            *("--samples", "1", "--format", f"json={document}"),
            *("--python", ".".join(map(str, sys.version_info[:3]))),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    run = json.loads(document.read_text())
    assert [plugin["name"] for plugin in run["app"]["plugins"]] == ["ballast"]
    memory = run["plan"]["memory"]
    assert memory["union_bytes"] == pytest.approx(40 * MIB, abs=1 * MIB)
    measured = run["evidence"]["peak_anonymous_bytes"]
    assert memory["predicted_peak_bytes"] == pytest.approx(measured, rel=0.15)
    told = {f["subject"]: (f["code"], f["place"]) for f in run["findings"] if f["place"]}
    assert told["ballast"][0] == "BF902"
    assert (told["ballast"][1]["path"], told["ballast"][1]["line"]) == ("wsgi.py", 6)
    assert told["early"][0] == "BF203"
    assert not {"BF201", "BF202"} & {f["code"] for f in run["findings"]}
