"""What the runtime costs and does in interpreters of their own."""

import json
import subprocess
import sys
import textwrap

import pytest

# What a bare interpreter has not loaded and an app should not pay for before it needs it.
DEAR = {"dataclasses", "inspect", "typing", "logging", "threading", "re", "enum", "importlib.util"}


def run(code: str, *flags: str, timeout: float = 60) -> str:
    done = subprocess.run(
        [sys.executable, *flags, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=True,
    )
    return done.stdout


def test_importing_the_runtime_loads_ten_small_modules_of_its_own() -> None:
    loaded = json.loads(
        run(
            """
            import json, os, time, sys
            # The path of this checkout without what its .pth files import.
            before = set(sys.modules)
            import bootfit.lazy
            print(json.dumps(sorted(set(sys.modules) - before)))
            """
        )
    )
    foreign = {name for name in loaded if not name.startswith("bootfit")}
    assert foreign <= {"__future__"}
    assert not DEAR & set(loaded)
    assert len(loaded) <= 12


def test_loading_a_fallback_chain_works_without_any_third_party_package() -> None:
    told = run(
        """
        import sys
        sys.path = [entry for entry in sys.path if "site-packages" not in entry]
        from mealplan.plugins import PLUGINS
        print(*[PLUGINS.load(plugin.name).implementation for plugin in PLUGINS])
        """
    )
    assert told.split() == ["coefficients", "greedy", "none", "static", "none"]


def test_a_fork_in_the_middle_of_a_load_does_not_hang_the_child() -> None:
    told = run(
        """
        import os, sys, threading, time, types
        from bootfit.lazy import Implementation, Plugin, Registry

        holder = types.ModuleType("holder")
        started = threading.Event()
        def slow():
            started.set()
            time.sleep(1)
            return "made"
        holder.slow = slow
        sys.modules["holder"] = holder
        registry = Registry(Plugin("p", Implementation("only", "holder:slow")), environ={})
        loader = threading.Thread(target=registry.load, args=("p",))
        loader.start()
        started.wait()
        child = os.fork()
        if child == 0:
            os._exit(0 if registry.load("p").value == "made" else 1)
        loader.join()
        print(os.waitpid(child, 0)[1])
        """,
        "-W",
        "ignore",
        timeout=30,
    )
    assert told.strip() == "0"


@pytest.mark.skipif(sys.platform != "linux", reason="reads smaps_rollup")
def test_importing_the_runtime_takes_less_than_a_mebibyte() -> None:
    kib = [
        int(
            run(
                f"""
                import re
                {statement}
                print(re.search(r"Pss_Anon: *([0-9]+)", open("/proc/self/smaps_rollup").read())[1])
                """
            )
        )
        for statement in ("pass", "import bootfit.lazy")
    ]
    assert kib[1] - kib[0] < 1024
