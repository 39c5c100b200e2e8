import pytest

from bootfit.emit import emit_all
from bootfit.emit.checking import check_files
from bootfit.emit.checking.blueprint import check_blueprint
from bootfit.model.finding import Severity
from bootfit.platforms import load_platform, platform_names
from unit.emit.emitting import a_context, a_plan

#: A service that Render takes as it is.
GOOD = """\
services:
  - type: web
    name: shop
    runtime: python
    plan: pro plus
    region: frankfurt
    buildCommand: pip install -r requirements.txt
    preDeployCommand: flask db upgrade
    startCommand: gunicorn shop.main:app
    healthCheckPath: /health
    autoDeployTrigger: "off"
    maxShutdownDelaySeconds: 300
    scaling:
      minInstances: 1
      maxInstances: 3
      targetMemoryPercent: 70
    envVars:
      - key: PYTHON_VERSION
        value: "3.13.4"
      - key: WORKERS
        value: 3
      - key: DEBUG
        value: "false"
      - key: SECRET
        generateValue: true
      - key: TOKEN
        sync: false
      - key: DATABASE_URL
        fromDatabase: {name: base, property: connectionString}
      - key: REDIS_URL
        fromService: {name: queue, type: keyvalue, property: connectionString}
      - fromGroup: shared
  - type: worker
    name: jobs
    runtime: python
    plan: starter
    startCommand: rq worker
  - type: cron
    name: nightly
    runtime: python
    schedule: "0 3 * * *"
    startCommand: python nightly.py
  - type: keyvalue
    name: queue
    ipAllowList: []
databases:
  - name: base
    plan: basic-256mb
envVarGroups:
  - name: shared
    envVars:
      - key: LEVEL
        value: info
"""


def found(text):
    return list(check_blueprint(text))


def only(text):
    """The one finding about ``text``: code, line, subject, and all of its words."""
    (finding,) = found(text)
    return (
        finding.code,
        finding.place.line,
        finding.subject,
        f"{finding.message} → {finding.remedy}",
    )


def changed(before, after):
    assert GOOD.count(before) == 1, before
    return GOOD.replace(before, after), GOOD[: GOOD.index(before)].count("\n") + 1


def test_what_render_takes_is_silent():
    assert found(GOOD) == []


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            'autoDeployTrigger: "off"',
            "autoDeployTrigger: off",
            'boolean.*`autoDeployTrigger: "off"`',
        ),
        ("plan: pro plus", "plan: pro-plus", "'pro plus'"),
        ("plan: pro plus", "plan: Pro_Plus", "'pro plus'"),
        ("region: frankfurt", "region: frankfort", "did you mean 'frankfurt'"),
        ("maxShutdownDelaySeconds: 300", "maxShutdownDelaySeconds: 301", "1 to 300"),
        ("maxShutdownDelaySeconds: 300", "maxShutdownDelaySeconds: 0", "1 to 300"),
        ("maxShutdownDelaySeconds: 300", 'maxShutdownDelaySeconds: "30"', "1 to 300"),
        ("maxShutdownDelaySeconds: 300", "maxShutdownDelaySeconds: [3]", "1 to 300"),
        ("healthCheckPath: /health", "healthCheckPath: health", "does not start with /"),
        ('value: "3.13.4"', "value: 3.13", "no full version"),
        ('value: "3.13.4"', "value: 3.10", "the number 3.1"),
        ('value: "3.13.4"', "value: python-3.13.4", "no full version"),
        ('value: "false"', "value: false", 'boolean.*`value: "false"`'),
        ('value: "false"', "value: no", "boolean"),
        ('value: "false"', "value: [1]", "no text"),
        ("generateValue: true", "generatedValue: true", "generateValue"),
        ("sync: false", "sync: true", "only be false"),
        (
            "name: base, property: connectionString",
            "name: base, property: url",
            "no property 'url'",
        ),
        ("name: base, property: connectionString", "name: base, property: hots", "'host'"),
        ("name: queue, type: keyvalue,", "name: queue,", "no type"),
    ],
)
def test_a_value_that_render_refuses_is_found_in_its_line(before, after, words):
    import re

    text, line = changed(before, after)
    findings = found(text)
    assert findings
    assert all(f.severity is Severity.ERROR and f.place.path == "render.yaml" for f in findings)
    assert {f.place.line for f in findings} <= {line, line - 1}
    told = " ".join(f"{f.message} → {f.remedy}" for f in findings)
    assert re.search(words, told), told


@pytest.mark.parametrize("key", ["name", "runtime"])
def test_a_web_service_without_what_it_needs(key):
    line = {"name": "    name: shop\n", "runtime": "    runtime: python\n    plan: pro plus\n"}[key]
    findings = found(GOOD.replace(line, ""))
    assert [(f.code, f.place.line) for f in findings] == [("BF412", 2)]
    assert f"no {key}" in findings[0].message


def test_a_service_without_a_type():
    assert only("services:\n  - name: a\n    runtime: python\n")[:3] == (
        "BF412",
        2,
        "services.a.type",
    )


def test_a_key_value_service_without_an_allow_list():
    text, line = changed("    ipAllowList: []\n", "")
    code, at, subject, told = only(text)
    assert (code, at, subject) == ("BF412", line - 2, "services.queue.ipAllowList")
    assert "`ipAllowList: []`" in told


def test_a_cron_job_with_a_health_check_and_without_a_schedule():
    text, line = changed('    schedule: "0 3 * * *"\n', "    healthCheckPath: /\n")
    first, second = sorted(found(text), key=lambda f: f.subject)
    assert (first.code, first.subject, first.place.line) == (
        "BF412",
        "services.nightly.healthCheckPath",
        line,
    )
    assert second.subject == "services.nightly.schedule"


def test_a_worker_with_a_health_check_is_passed_over():
    text, line = changed("    startCommand: rq worker\n", "    healthCheckPath: /\n")
    assert only(text)[:3] == ("BF413", line, "services.jobs.healthCheckPath")


def test_a_misspelled_key_is_an_error_and_an_unheard_one_is_not():
    text, line = changed("healthCheckPath: /health", "healthcheckpath: /health")
    (finding,) = found(text)
    assert (finding.code, finding.severity, finding.place.line) == ("BF414", Severity.ERROR, line)
    assert finding.remedy == "did you mean healthCheckPath?"
    text, _ = changed("healthCheckPath: /health", "quantumTunnel: 3")
    (finding,) = found(text)
    assert (finding.code, finding.severity) == ("BF414", Severity.WARNING)


def test_what_the_free_plan_does_not_have():
    text, _ = changed("plan: pro plus", "plan: free")
    assert [f.subject for f in found(text)] == [
        f"services.shop.{key}" for key in ("preDeployCommand", "maxShutdownDelaySeconds", "scaling")
    ]
    text, line = changed("plan: starter", "plan: free")
    assert only(text)[:3] == ("BF412", line, "services.jobs.plan")


def test_a_plan_that_bootfit_does_not_know_is_no_finding():
    assert found(changed("plan: pro plus", "plan: 4c-16g")[0]) == []


def test_what_is_said_twice():
    text, line = changed("    region: frankfurt\n", "    region: ohio\n    region: frankfurt\n")
    assert only(text)[:3] == ("BF412", line + 1, "services.shop.region")
    text, line = changed("key: WORKERS", "key: PYTHON_VERSION")
    assert "set twice, first in line 18" in " ".join(f.message for f in found(text))
    text, line = changed("name: jobs", "name: shop")
    assert "two things are named 'shop', the first in line 3" in only(text)[3]


def test_a_variable_with_two_sources_or_none():
    text, line = changed("generateValue: true", "generateValue: true\n        value: x")
    assert only(text)[1] in (line, line + 1)
    text, line = changed("      - key: TOKEN\n        sync: false\n", "      - key: TOKEN\n")
    assert "TOKEN has no value" in only(text)[3]


def test_settings_that_do_nothing_are_noted():
    text, line = changed("key: WORKERS", "key: PYTHONUNBUFFERED")
    (finding,) = found(text)
    assert (finding.code, finding.severity) == ("BF417", Severity.NOTE)
    assert finding.place.line == line + 1


def test_deprecated_keys():
    text, line = changed('autoDeployTrigger: "off"', "autoDeploy: false")
    (finding,) = found(text)
    assert (finding.code, finding.severity, finding.place.line) == ("BF413", Severity.NOTE, line)
    text, _ = changed("    region: frankfurt\n", "    autoDeploy: false\n")
    (finding,) = found(text)
    assert "wins" in finding.message
    assert finding.severity is Severity.WARNING


def test_services_of_projects_and_merged_keys_are_read():
    text = """\
x: &base
  runtime: python
  plan: pro-plus
projects:
  - name: p
    environments:
      - name: production
        services:
          - <<: *base
            type: web
            name: a
"""
    findings = found(text)
    assert [(f.code, f.place.line) for f in findings] == [("BF414", 1), ("BF412", 3)]


@pytest.mark.parametrize(
    "text", ["services: [", "- a\n", "a: *b\n", "\tx", "services:\n  - &a [*a]\n", "[" * 3000]
)
def test_what_is_no_blueprint_is_one_finding(text):
    assert [f.code for f in found(text)][:1] in (["BF412"], [])
    if text != "services:\n  - &a [*a]\n":
        assert len(found(text)) == 1


def test_a_database_among_the_services_is_told_where_it_belongs():
    code, line, _, told = only("services:\n  - type: database\n    name: base\n")
    assert (code, line) == ("BF412", 2)
    assert "`databases:`" in told


def test_nothing_is_silent():
    assert found("") == []
    assert found("# only a comment\n") == []


def test_what_bootfit_writes_has_nothing_to_find():
    for name in platform_names():
        platform = load_platform(name)
        files = emit_all(a_plan(name), a_context(name))
        assert list(check_files(files, platform)) == [], name


def test_a_blueprint_is_none_of_other_platforms_business():
    texts = {"render.yaml": "services: 3\n- x"}
    assert list(check_files(texts, load_platform("heroku-basic"))) == []
    assert list(check_files(texts, load_platform("render-free"))) != []
