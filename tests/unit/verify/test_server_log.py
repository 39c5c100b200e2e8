from bootfit.verify.server_log import LogReader

LOG = """\
[2026-11-24 08:01:30 +0000] [10] [INFO] Starting gunicorn 27.0.1
[2026-11-24 08:01:30 +0000] [12] [INFO] Booting worker with pid: 12
[2026-11-24 08:01:31 +0000] [13] [INFO] Booting worker with pid: 13
127.0.0.1 - - [24/Nov/2026:08:01:31 +0000] "GET / HTTP/1.1" 200 5 "-" "x WORKER TIMEOUT (pid:99)"
[2026-11-24 08:01:35 +0000] [10] [CRITICAL] WORKER TIMEOUT (pid:12)
[2026-11-24 08:01:35 +0000] [10] [CRITICAL] DIRTY WORKER TIMEOUT (pid:77)
[2026-11-24 08:01:36 +0000] [10] [ERROR] Worker (pid:12) was sent SIGKILL! Perhaps out of memory?
[2026-11-24 08:01:36 +0000] [10] [WARNING] Worker (pid:13) was sent SIGSEGV!
[2026-11-24 08:01:36 +0000] [10] [ERROR] Worker (pid:14) exited with code 3.
[2026-11-24 08:01:37 +0000] [15] [INFO] Autorestarting worker after current request.
"""


def read(text):
    reader = LogReader()
    for line in text.splitlines():
        reader.take(line)
    return reader


def test_events_are_told_apart_and_the_access_log_tells_none():
    events = read(LOG).events()
    assert events.booted == (12, 13)
    assert events.timed_out == (12,)
    assert events.signalled == {12: "SIGKILL", 13: "SIGSEGV"}
    assert events.exited == {14: 3}
    assert events.recycled == 1


def test_the_tail_is_bounded_and_without_the_access_log():
    reader = read(LOG + "x" * 10_000 + "\n")
    tail = reader.tail()
    assert "GET / HTTP" not in tail
    assert tail.splitlines()[-1] == "x" * 400
    flooded = read("\n".join(f"line {n}" for n in range(5_000)))
    assert flooded.tail().splitlines()[-1] == "line 4999"
    assert len(flooded.tail()) < 5_000


def test_rungs_that_the_runtime_declines_are_read_as_it_logs_them(caplog):
    from bootfit.lazy import Implementation, Plugin, Registry

    ladder = Plugin(
        "search",
        Implementation("big", "json:JSONDecoder", cost_bytes=10**15),
        Implementation("odd", "absent_module:Search"),
        Implementation("words", "json:JSONEncoder"),
    )
    Registry(ladder, environ={"BOOTFIT_MEMORY_LIMIT": "8Gi"}).load("search")
    reader = LogReader()
    for record in caplog.records:
        reader.take(f"[2026-01-01 00:00:00 +0000] [7] {record.getMessage()}\n")
    declined = reader.events().declined
    assert set(declined) == {"search: big", "search: odd"}
    assert declined["search: big"].startswith("is not loaded, it needs")
    assert "ModuleNotFoundError" in declined["search: odd"]
