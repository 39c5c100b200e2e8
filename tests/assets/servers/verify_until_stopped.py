"""Verify a tiny server for a long time, and say when the load has begun. Arguments: kinds of limit."""

import sys
from pathlib import Path

from bootfit.verify import verify_plan
from bootfit.verify.verify import Bounds
from unit.verify import plans

plan = plans.plan(threads=2, environment={"MARK": sys.argv[1]})
verify_plan(
    plan,
    plans.files(plan),
    plans.description("GET /"),
    plans.platform(),
    root=Path(__file__).parent,
    interpreter=Path(sys.executable),
    requests=[plans.get("/sleep/0.2")],
    kinds=sys.argv[2:] or None,
    bounds=Bounds(load_seconds=60, load_rounds=10_000),
    progress=lambda text: print(text, flush=True),
)
