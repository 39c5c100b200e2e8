"""What the options of verify become."""

from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from bootfit.commands import fit, plan_legs, verify, walk
from run_documents import full_run


@pytest.mark.parametrize(("command", "name"), [(fit.command, "fit"), (verify.command, "verify")])
@pytest.mark.parametrize("args", [(), ("--limit-cpu",)])
def test_limit_cpu_reaches_the_run_of_the_plan(command, name, args, monkeypatch, tmp_path):
    run, asked = full_run(), {}

    def verify_plan(*_args, **keywords):
        asked.update(keywords)
        return run.evidence, ()

    def walk_through(_command, options, *_legs):
        config = SimpleNamespace(interpreter=None, requests=(), environment={})
        plan_legs.verify(
            SimpleNamespace(
                run=run,
                root=tmp_path,
                files={},
                platform=None,
                config=config,
                options=options,
                progress=print,
                learn=lambda *_, **__: None,
            )
        )
        return 0

    monkeypatch.setattr("bootfit.verify.verify_plan", verify_plan)
    monkeypatch.setattr("bootfit.measure.find_interpreter", lambda *_: tmp_path)
    monkeypatch.setattr(walk, "walk_through", walk_through)
    done = CliRunner().invoke(command, [str(tmp_path), *args], standalone_mode=False)
    assert done.exception is None
    assert asked["limit_cpu"] is bool(args)
