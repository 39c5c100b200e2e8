"""gunicorn's own word to a worker goes before what the runtime does about a rung that fails."""

import sys
from pathlib import Path

from bootfit.verify import verify_plan
from bootfit.verify.verify import Bounds
from unit.verify import plans

APP = """\
import time
from bootfit.lazy import Implementation, Plugin, Registry

class Slow:
    def work(self):
        time.sleep(8)

class Quick:
    def work(self):
        pass

PLUGINS = Registry(
    Plugin("work", Implementation("slow", "timing:Slow"), Implementation("quick", "timing:Quick"))
)

def app(environ, start_response):
    if environ["PATH_INFO"] == "/work":
        PLUGINS.call("work", "work")
    start_response("200 OK", [])
    return [b""]
"""


def test_a_time_out_in_the_middle_of_a_rung_ends_the_worker(tmp_path):
    (tmp_path / "timing.py").write_text(APP)
    plan = plans.plan("timing:app", worker_class="sync", workers=1, threads=1, timeout_seconds=1)
    evidence, findings = verify_plan(
        plan,
        plans.files(plan),
        plans.description(),
        plans.platform(),
        root=tmp_path,
        interpreter=Path(sys.executable),
        requests=[plans.get("/work")],
        bounds=Bounds(boot_seconds=10, load_seconds=0.1, load_rounds=1, stop_seconds=3),
    )
    assert "worker-timeout" in {finding.slug for finding in findings}
    # Were the abort taken for a failure of the rung, the lower one would answer in a dying worker.
    assert 200 not in evidence.endpoints[0].statuses
