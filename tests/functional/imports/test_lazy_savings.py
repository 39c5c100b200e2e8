"""What a boot saves where the project's own import of a library waits for its use."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from bootfit.measure import lazy_savings, look_at_environment
from bootfit.model.sizes import MIB

BLOCK = "KEPT = bytearray(b'\\1') * ({} * 1024 * 1024)\n"
INSTALLED = {
    "only_here": BLOCK.format(12),
    "shared": BLOCK.format(8),
    "other": "import shared\n",
    "fleet": "import harbour\n" + BLOCK.format(3),
    "harbour": BLOCK.format(7),
    "used": BLOCK.format(6) + "def now():\n    return 1\n",
    "caught": BLOCK.format(5) + "X = 1\n",
}
SHOP = """\
import fleet
import harbour
import only_here
import other
import shared
from shop import views


def app(environ, start_response):
    return [only_here.KEPT, shared.KEPT, fleet.KEPT, harbour.KEPT]
"""
VIEWS = """\
from only_here import KEPT as kept
import used
import caught

NOW = used.now()
try:
    Y = caught.X
except Exception:
    Y = 0
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    root = tmp_path_factory.mktemp("lazy_shop")
    venv.create(root / ".venv", with_pip=False)
    (site,) = (root / ".venv" / "lib").glob("python*/site-packages")
    for name, text in INSTALLED.items():
        (site / f"{name}.py").write_text(text)
        info = site / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "RECORD").write_text(f"{name}.py,,\n")
    (root / "shop").mkdir()
    (root / "shop" / "__init__.py").touch()
    (root / "shop" / "main.py").write_text(SHOP)
    (root / "shop" / "views.py").write_text(VIEWS)
    return root


@pytest.fixture(scope="module")
def savings(shop):
    python = shop / ".venv" / "bin" / "python"
    both = ("shop/main.py", "shop/views.py")
    imports = {"only_here": both, "shared": both[:1], "used": both[1:], "caught": both[1:]}
    imports |= {"harbour": both[:1], "fleet": both[:1]}
    environment = look_at_environment(shop, python, "shop.main:app")
    return lazy_savings(shop, python, "shop.main:app", imports, environment)


def test_what_only_the_project_imports_is_saved_whole(savings):
    one = savings["only_here"]
    assert one.without.status == "works"
    assert one.saved.anonymous_bytes == pytest.approx(12 * MIB, abs=MIB // 4)
    assert one.modules == 1
    assert one.without.gone == ("only_here",)


def test_what_another_library_loads_as_well_saves_nothing(savings):
    assert abs(savings["shared"].saved.anonymous_bytes) < MIB // 4
    assert savings["shared"].modules == 0


def test_what_a_library_that_can_wait_loads_as_well_is_saved_together_with_it(savings):
    fleet, harbour = savings["fleet"], savings["harbour"]
    assert fleet.together_with == ()
    assert fleet.saved.anonymous_bytes == pytest.approx(3 * MIB, abs=MIB // 4)
    assert harbour.together_with == ("fleet",)
    assert harbour.saved.anonymous_bytes == pytest.approx(7 * MIB, abs=MIB // 4)
    assert harbour.without.gone == ("harbour",)


@pytest.mark.parametrize(("name", "line"), [("used", 5), ("caught", 7)])
def test_what_boot_uses_is_told_with_its_line_even_where_the_app_catches_it(savings, name, line):
    one = savings[name]
    assert one.saved is None
    assert one.without.status == "fails"
    assert one.without.detail.startswith(f"raised UsedAtBootError: {name}.")
    assert (one.without.place.path, one.without.place.line) == ("shop/views.py", line)


USES = [
    "class A(part): pass",
    "part()",
    "part[0]",
    "def f(x: part | None): pass",
    "isinstance(1, part)",
    "whole.part.deep",
    "whole.__version__",
    "part.x = 1",
    "with part: pass",
]


@pytest.mark.parametrize("use", USES)
def test_every_use_of_a_stand_in_is_seen(use):
    said = alone(
        f"from whole import part\nimport whole.part\ntry:\n    {use}\nexcept BaseException: pass"
    )
    assert said == "used"


@pytest.mark.parametrize("kept", ["x = whole", "t = [part]", "callable(part)", "repr(part)"])
def test_what_only_keeps_it_is_no_use(kept):
    assert alone(f"from whole import part\nimport whole.part\n{kept}") == "unused"


def alone(code: str) -> str:
    """Return whether code that imports what is nowhere to be found uses its stand-ins."""
    import bootfit.measure.agent_waiting as agent

    script = (
        f"import sys; sys.path.insert(0, {str(Path(agent.__file__).parent)!r})\n"
        "import agent_waiting as w\n"
        "w.let_wait(['/shop.py'], ['whole'])\n"
        f"exec({code!r}, {{'__file__': '/shop.py', '__builtins__': __builtins__}})\n"
        "print('used' if w.uses else 'unused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
