from ruamel.yaml import YAML

from bootfit.emit import emit_all
from unit.emit.emitting import a_context, a_plan

LOCK = "flask==3.1.3 \\\n    --hash=sha256:aa\n"


def test_a_lock_is_written_and_installed_from():
    context = a_context(locked=LOCK)
    files = emit_all(a_plan(), context, ["render", "requirements-locked", "requirements-minimal"])
    assert files["requirements-locked.txt"].endswith(f"--require-hashes\n{LOCK}")
    assert "Python 3.11.9 on Render Free" in files["requirements-locked.txt"]
    (service,) = YAML(typ="safe", pure=True).load(files["render.yaml"])["services"]
    assert "-r requirements-locked.txt" in service["buildCommand"]
    assert "-r requirements.txt" not in service["buildCommand"]
    # What is minimal is still made from the project's own files.
    assert "flask==3.1\n" in files["requirements-minimal.txt"]


def test_the_image_gets_the_lock_as_well():
    context = a_context("fly-512", locked=LOCK, is_distribution=False)
    text = emit_all(a_plan("fly-512"), context, ["dockerfile"])["Dockerfile"]
    assert 'COPY ["requirements-locked.txt", "./requirements-locked.txt"]' in text
    assert '"requirements.txt"' not in text


def test_without_a_lock_there_is_no_such_file():
    assert emit_all(a_plan(), a_context(), ["requirements-locked"]) == {}
