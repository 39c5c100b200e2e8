import os

import pytest

from bootfit.imports import (
    as_plugins,
    assumptions,
    foreign_modules,
    lazy_imports,
    reached_imports,
    read_project_source,
)
from bootfit.model.app import ImplementationDeclaration, PluginDeclaration
from bootfit.model.environment import Environment, InstalledDistribution

INSTALLED = (
    InstalledDistribution("Flask", ("flask",)),
    InstalledDistribution("numpy", ("numpy",)),
    InstalledDistribution("scipy", ("scipy",)),
    InstalledDistribution("pillow", ("PIL",)),
    InstalledDistribution("google-cloud-storage", ("google.cloud.storage",)),
    InstalledDistribution("google-cloud-vision", ("google.cloud.vision",)),
)
MODULES = ("numpy", "numpy.linalg", "scipy", "scipy.optimize", "PIL", "PIL.Image", "flask")
NAMESPACES = ("google.cloud.storage", "google.cloud.vision")


def environment(loaded=("flask",), own=("app.py",), modules=MODULES + NAMESPACES):
    def found(name):
        return max((m for m in modules if f"{name}.".startswith(f"{m}.")), key=len, default="")

    return Environment(INSTALLED, frozenset(loaded), tuple(own), _Lookup(found))


class _Lookup(dict):
    def __init__(self, look_up):
        self._look_up = look_up

    def get(self, name, default=None):
        return self._look_up(name)


@pytest.fixture
def project(tmp_path):
    def write(**files):
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/').replace('INIT', '__init__')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return read_project_source(tmp_path, "3.12.1")

    return write


def found_in(source, env=None, **more):
    env = env or environment()
    return lazy_imports(reached_imports(source, "app:app", env.own_files), env, **more)


def test_an_import_inside_a_function_is_found_with_its_place(project):
    source = project(app="import flask\n\n\ndef resize():\n    import numpy\n    import json\n")
    (found,) = found_in(source)
    assert (found.name, found.modules, found.distributions) == ("numpy", ("numpy",), ("numpy",))
    assert found.where == "imported inside app.py:5 function resize"
    (plugin,) = as_plugins([found])
    assert plugin.name == "numpy"
    assert plugin.rung("numpy").imports == ("numpy",)
    assert plugin.rung("numpy").target == ""


def test_what_is_assumed_says_what_is_not_known_and_how_to_tell(project):
    source = project(app="def f():\n    from google.cloud import storage\n")
    (one,) = assumptions(found_in(source))
    assert (one.slug, str(one.place)) == ("assumption", "app.py:2")
    assert "only its import is measured" in one.message
    assert '[tool.bootfit.plugins."google.cloud.storage"]' in one.remedy
    assert 'imports = ["google.cloud.storage"]' in one.remedy


def test_what_boot_loads_is_no_plugin(project):
    source = project(app="import flask\ndef f():\n    import flask, numpy\n")
    assert [one.name for one in found_in(source)] == ["numpy"]
    assert found_in(source, environment(loaded=("flask", "numpy"))) == ()


def test_a_submodule_that_boot_leaves_out_counts_by_its_own_name(project):
    source = project(app="import scipy\ndef f():\n    from scipy import optimize, __version__\n")
    (found,) = found_in(source, environment(loaded=("flask", "scipy")))
    assert (found.name, found.modules) == ("scipy.optimize", ("scipy.optimize",))


def test_all_imports_of_a_library_are_one_plugin(project):
    source = project(
        app="def f():\n    import numpy\ndef g():\n    from numpy import linalg, ones\n"
    )
    (found,) = found_in(source)
    assert found.modules == ("numpy", "numpy.linalg")
    assert found.where.endswith("function f, and at 1 other place(s)")


def test_parts_of_a_shared_namespace_are_apart(project):
    source = project(app="def f():\n    from google.cloud import storage, vision\n")
    assert [(one.name, one.distributions) for one in found_in(source)] == [
        ("google.cloud.storage", ("google-cloud-storage",)),
        ("google.cloud.vision", ("google-cloud-vision",)),
    ]


def test_a_module_of_the_project_that_is_loaded_late_brings_its_imports(project):
    source = project(
        app="def f():\n    from shop import jobs\n",
        shop__INIT="",
        shop__jobs="import numpy\nfrom . import deep\n",
        shop__deep="def g():\n    from PIL import Image\n",
        train="import scipy\n",
    )
    assert [(one.name, one.where) for one in found_in(source)] == [
        ("PIL", "imported inside shop/deep.py:2 function g"),
        ("numpy", "imported inside shop/jobs.py:1, which is loaded late"),
    ]


def test_what_the_app_never_comes_to_is_left_out(project):
    source = project(
        app="import views\ndef f():\n    from tests import tool\n    import migrations.one\n",
        views="if TYPE_CHECKING:\n    import numpy\n",
        tests__INIT="",
        tests__tool="import numpy\n",
        migrations__one="import scipy\n",
        script="import numpy\n",
    )
    assert found_in(source, environment(own=("app.py", "views.py"))) == ()


def test_a_lazy_import_is_found_on_its_first_use(project):
    (found,) = found_in(project(app="lazy import numpy\n"))
    assert found.where == "imported at app.py:1 on its first use"


def test_strings_lead_to_modules_that_are_loaded_late_but_for_plugins(project):
    source = project(
        app="ROOT_URLCONF = 'site_urls.main'\nP = 'plugins.fast:make'\nX = 'train'\n",
        site_urls__INIT="",
        site_urls__main="import numpy\n",
        plugins__INIT="",
        plugins__fast="import scipy\n",
        train="import scipy\n",
    )
    assert found_in(source) == ()
    env = environment()
    reached = reached_imports(
        source, "app:app", env.own_files, by_string=True, apart=["plugins.fast", ""]
    )
    assert [(one.name, str(one.place)) for one in lazy_imports(reached, env)] == [
        ("numpy", "site_urls/main.py:1")
    ]


def test_what_is_declared_or_not_installed_there_is_left_out(project):
    source = project(app="def f():\n    import numpy, PIL.Image, ghost\n")
    thumbnails = PluginDeclaration(
        "thumbnails", (ImplementationDeclaration("imports", "", imports=("PIL.Image",)),)
    )
    assert [one.name for one in found_in(source, declared=[thumbnails])] == ["numpy"]
    assert [one.name for one in found_in(source, on_target={"pillow"})] == ["PIL"]


def test_a_declared_part_of_a_namespace_leaves_the_others(project):
    source = project(app="def f():\n    from google.cloud import storage, vision\n")
    rung = ImplementationDeclaration("imports", "", imports=("google.cloud.storage",))
    found = found_in(source, declared=[PluginDeclaration("files", (rung,))])
    assert [one.name for one in found] == ["google.cloud.vision"]


def test_without_a_boot_the_apps_module_and_its_factory_are_followed(project):
    source = project(
        app="import early\ndef create_app():\n    import made\ndef later():\n    import late\n",
        early="import a\n",
        made="import b\n",
        late="import c\n",
    )
    reached = reached_imports(source, "app:create_app()")
    at_boot = {one.statement.module: one.at_boot for one in reached}
    assert at_boot == {
        "early": True, "made": True, "a": True, "b": True, "late": False, "c": False,
    }  # fmt: skip
    assert [one.at_boot for one in reached] == sorted(at_boot.values(), reverse=True)


def test_foreign_modules_are_neither_the_projects_nor_pythons(project):
    source = project(app="import os, views, numpy.linalg\n", views="from numpy import ones\n")
    assert foreign_modules(source, source.files) == {"numpy.linalg", "numpy.ones"}


def test_what_is_no_source_is_passed_over(tmp_path, project):
    source = project(
        app="import a\n", env__lib="", build__x="", node_modules__x="", large="#" * 600_000
    )
    (tmp_path / ".#app.py").symlink_to("nobody@nowhere.1")
    (tmp_path / "gone.py").symlink_to("nowhere.py")
    (tmp_path / "bad.py").write_bytes(b"import \xff\x00")
    (tmp_path / "env" / "pyvenv.cfg").touch()
    os.mkfifo(tmp_path / "pipe.py")
    source = read_project_source(tmp_path, "3.12.1")
    assert sorted(source.files) == ["app.py", "bad.py", "large.py"]
    assert source.statements("bad.py") == source.statements("large.py") == ()
    assert "import" in source.words("bad.py")


def test_a_package_in_a_folder_of_its_own_is_known_by_its_name(project):
    source = project(backend__shop__INIT="", backend__shop__web="import shop.db\n")
    assert source.by_module["shop.web"] == "backend/shop/web.py"
    assert source.by_module["backend.shop.web"] == "backend/shop/web.py"
