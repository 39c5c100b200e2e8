"""Plans and contexts to emit, made by `tune` from measurements made by hand."""

from dataclasses import replace

from bootfit.emit import EmitContext
from bootfit.model.app import ImplementationDeclaration
from bootfit.platforms import load_platform
from bootfit.tune import Wishes, tune
from unit.tune.measured import described, measured, probe

PLUGINS = described(
    export=(
        ImplementationDeclaration("pandas", "shop:a", distributions=("pandas", "XlsxWriter")),
        ImplementationDeclaration("none", "shop:b"),
    ),
    search=(
        ImplementationDeclaration("big", "shop:c", distributions=("sentence-transformers",)),
        ImplementationDeclaration("faiss", "shop:d", distributions=("faiss_cpu", "numpy")),
        ImplementationDeclaration("numpy", "shop:e", distributions=("numpy",)),
    ),
)

REQUIREMENTS = {
    "requirements.txt": """\
-r reqs/base.txt
pandas==3.1.1 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via shop
XLSXWriter>=3 ; python_version >= "3.9"  # exports
faiss.cpu==1.9
numpy==2.4.6  # used by the app as well
""",
    "reqs/base.txt": "flask==3.1\n-c limits.txt\n",
}


def a_plan(platform="render-free", **wishes):
    """A plan in which one rung is forbidden."""
    wishes.setdefault("python", "3.11.9")
    plan, _ = tune(
        measured(
            40,
            probe("export:pandas", after=90, transient=30, cpu=0.6),
            probe("search:big", after=600, cpu=6.0),
            probe("search:faiss", after=55, cpu=0.2),
            probe("search:numpy", after=50, cpu=0.1),
        ),
        PLUGINS,
        load_platform(platform),
        Wishes(**wishes),
    )
    return plan


def a_context(platform="render-free", **changes):
    """A context with requirement files and a health path."""
    context = EmitContext(
        service="shop",
        platform=load_platform(platform),
        requirements=REQUIREMENTS,
        plugins=PLUGINS.plugins,
        is_distribution=True,
        health_path="/health",
    )
    return replace(context, **changes)
