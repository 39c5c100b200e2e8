import pytest

from bootfit.model.finding import Severity
from bootfit.tune import Wishes
from bootfit.tune.rules import RULES
from unit.tune.measured import described, measured, plan_of, platform, probe


def choice(plan, setting):
    return next(choice for choice in plan.choices if choice.setting == setting)


@pytest.mark.parametrize(("cpu", "workers"), [(0.1, 1), (0.5, 1), (1, 1), (2, 2), (4, 4)])
def test_workers_follow_the_whole_cpus(cpu, workers):
    plan, _ = plan_of(measured(20), described(), platform(4096, cpu=cpu), Wishes())
    assert plan.workers == workers


def test_workers_that_the_memory_does_not_hold_are_left_out():
    plan, _ = plan_of(measured(310), described(), platform(1024, cpu=4), Wishes())
    assert plan.workers == 2
    assert "memory holds no further worker" in choice(plan, "workers").reason


@pytest.mark.parametrize(
    ("transient", "threads", "worker_class"), [(0, 2, "gthread"), (200, 1, "sync")]
)
def test_threads_stop_where_what_requests_need_no_longer_fits(transient, threads, worker_class):
    plan, _ = plan_of(
        measured(20, probe("export:rich", after=60, transient=transient)),
        described(export=("rich",)),
        platform(400, cpu=0.1),
        Wishes(),
    )
    assert (plan.threads, plan.worker_class) == (threads, worker_class)


def test_a_richer_rung_comes_before_a_second_thread():
    plan, _ = plan_of(
        measured(20, probe("export:rich", after=60, transient=200)),
        described(export=("rich", "none")),
        platform(400),
        Wishes(),
    )
    assert plan.plugins[0].implementation == "rich"
    assert plan.threads == 1


def test_nothing_is_preloaded_and_nothing_is_recycled_without_a_reason():
    plan, _ = plan_of(measured(20), described(), platform(), Wishes())
    assert (plan.preload, plan.max_requests, plan.max_requests_jitter) == (False, 0, 0)
    assert "master holds the app" in choice(plan, "preload").reason
    assert "whether there is one was not measured" in choice(plan, "max_requests").reason


def test_every_choice_has_a_reason():
    plan, _ = plan_of(measured(20), described(), platform(), Wishes())
    assert all(choice.reason for choice in plan.choices)
    assert {choice.setting for choice in plan.choices} >= {
        "workers", "threads", "worker_class", "preload", "timeout", "graceful_timeout",
        "max_requests", "worker_tmp_dir",
    }  # fmt: skip


def test_the_timeout_covers_the_first_imports_at_the_share_of_the_cpu():
    app = described(a=("x",), b=("y",))
    probes = (probe("a:x", after=30, cpu=1.0, work=0.5), probe("b:y", after=30, cpu=0.5))
    plan, _ = plan_of(measured(20, *probes), app, platform(cpu=0.1), Wishes())
    # (1.0 + 0.5 + 0.5) / 0.1 = 20 s, and twice that.
    assert plan.timeout_seconds == 40
    plan, _ = plan_of(measured(20, *probes), app, platform(cpu=1), Wishes())
    assert plan.timeout_seconds == 30


@pytest.mark.parametrize(
    ("cpu_seconds", "severity"), [(0.9, None), (1.5, Severity.NOTE), (3.5, Severity.WARNING)]
)
def test_a_slow_first_use_is_told(cpu_seconds, severity):
    _, findings = plan_of(
        measured(20, probe("a:x", after=30, cpu=cpu_seconds)),
        described(a=("x",)),
        platform(cpu=0.1),
        Wishes(),
    )
    assert [f.severity for f in findings if f.code == "BF403"] == ([severity] if severity else [])


@pytest.mark.parametrize(("cpu", "codes"), [(0.1, []), (0.05, ["BF403"])])
def test_a_slow_boot_is_told(cpu, codes):
    # the app's import takes 0.5 s of CPU time
    _, findings = plan_of(measured(20), described(), platform(cpu=cpu), Wishes())
    assert [finding.code for finding in findings] == codes


def test_wishes_win_over_what_would_be_chosen():
    wishes = Wishes(workers=3, threads=5, timeout_seconds=77, preload=True, max_requests=500)
    plan, findings = plan_of(measured(20), described(), platform(2048), wishes)
    assert (plan.workers, plan.threads, plan.timeout_seconds) == (3, 5, 77)
    assert (plan.preload, plan.max_requests, plan.max_requests_jitter) == (True, 500, 50)
    assert plan.memory.master_bytes > plan.memory.worker_bytes
    assert findings == ()


def test_wishes_that_do_not_fit_are_kept_and_reported():
    plan, findings = plan_of(
        measured(100, probe("a:x", after=110)),
        described(a=("x", "no")),
        platform(512),
        Wishes(workers=8),
    )
    assert plan.workers == 8
    assert plan.refusal is None
    (finding,) = (finding for finding in findings if finding.code == "BF404")
    assert finding.severity is Severity.ERROR
    assert finding.subject == "server"
    assert "BF401" not in {finding.code for finding in findings}


def test_wishes_push_rungs_down_before_they_are_called_a_misfit():
    plan, findings = plan_of(
        measured(50, probe("a:x", after=200)),
        described(a=("x", "no")),
        platform(512),
        Wishes(workers=4),
    )
    assert (plan.workers, plan.plugins[0].implementation) == (4, "no")
    assert [finding.code for finding in findings] == ["BF402"]


def test_a_timeout_shorter_than_the_first_import_is_reported():
    _, findings = plan_of(
        measured(20, probe("a:x", after=30, cpu=0.9)),
        described(a=("x",)),
        platform(cpu=0.1),
        Wishes(timeout_seconds=5),
    )
    assert [finding.code for finding in findings] == ["BF404"]


RENDER = {
    "GUNICORN_CMD_ARGS": "--preload --access-logfile - --bind=0.0.0.0:10000",
    "WEB_CONCURRENCY": "1",
}


def test_a_platform_that_preloads_is_kept_from_it():
    plan, findings = plan_of(measured(20), described(), platform(environment=RENDER), Wishes())
    assert plan.environment == {
        "GUNICORN_CMD_ARGS": "--access-logfile -",
        "WEB_CONCURRENCY": "1",
    }
    assert [finding.code for finding in findings] == ["BF405"]


def test_a_platform_that_preloads_is_left_alone_where_preloading_is_wished():
    plan, findings = plan_of(
        measured(20), described(), platform(environment=RENDER), Wishes(preload=True)
    )
    assert "GUNICORN_CMD_ARGS" not in plan.environment
    assert findings == ()


@pytest.mark.parametrize(
    "theirs", ["--preload", "--preload -b 0.0.0.0:1", "-b 0.0.0.0:1 --preload"]
)
def test_the_replacement_is_never_empty(theirs):
    plan, _ = plan_of(
        measured(20), described(), platform(environment={"GUNICORN_CMD_ARGS": theirs}), Wishes()
    )
    assert plan.environment["GUNICORN_CMD_ARGS"] == "--access-logfile -"


def test_rules_have_codes_of_their_own_and_explain_themselves():
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert all(rule.code.startswith("BF4") and len(rule.explanation()) > 200 for rule in RULES)
