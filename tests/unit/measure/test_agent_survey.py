from types import ModuleType, SimpleNamespace

import pytest

from bootfit.measure import agent, agent_survey


def wsgi(environ, start_response):
    return []


async def asgi(scope, receive, send):
    return None


class AsgiObject:
    async def __call__(self, scope, receive, send):
        return None


@pytest.mark.parametrize(
    ("app", "interface"),
    [(wsgi, "wsgi"), (asgi, "asgi"), (AsgiObject(), "asgi"), (lambda one: one, "unknown")],
)
def test_a_bare_callable_is_told_by_its_signature(app, interface):
    assert agent_survey.look_at(app)["interface"] == interface


def test_what_cannot_be_called_is_no_app():
    with pytest.raises(TypeError, match="cannot be called"):
        agent_survey.look_at("text")


def made_by(package, name="App"):
    return type(name, (), {"__module__": f"{package}.x", "__call__": lambda self: None})


def test_a_subclass_counts_as_its_framework_and_middleware_is_taken_off():
    inner = type("Own", (made_by("starlette"),), {"__module__": "shop"})()
    inner.routes = []
    outer = made_by("somewhere")()
    outer.app = inner
    assert agent_survey.look_at(outer)["framework"] == "starlette"
    assert agent_survey.look_at(outer)["interface"] == "asgi"


def test_mounted_routes_carry_their_prefix_and_parameters():
    leaf = SimpleNamespace(path="/{dish}", methods={"GET", "HEAD"}, param_convertors={"dish": 1})
    socket = SimpleNamespace(path="/live", param_convertors={})
    mount = SimpleNamespace(path="/dishes", routes=[leaf, socket])
    assert list(agent_survey.starlette_routes([mount], "")) == [("GET", "/dishes/{dish}", ["dish"])]


def test_django_routes_are_followed_into_includes():
    leaf = SimpleNamespace(pattern=SimpleNamespace(converters={"pk": 1}, __str__=None))
    leaf.pattern = type("P", (), {"converters": {"pk": 1}, "__str__": lambda self: "<int:pk>/"})()
    include = SimpleNamespace(url_patterns=[leaf], pattern="shop/")
    resolver = SimpleNamespace(url_patterns=[include])
    assert list(agent_survey.django_routes(resolver, "/")) == [("GET", "/shop/<int:pk>/", ["pk"])]


def test_what_could_be_meant_names_apps_before_factories():
    module = ModuleType("m")
    module.create_app = wsgi
    module.site = made_by("flask")()
    module._private = made_by("flask")()
    module.text = "x"
    assert agent_survey.app_like(module) == ["site", "create_app()"]


def test_a_factory_takes_literals_only():
    assert agent.literal_arguments('"prod", debug=False)') == (["prod"], {"debug": False})
    with pytest.raises(ValueError, match="malformed"):
        agent.literal_arguments("open('x'))")


def test_collector_pauses_are_not_counted():
    import gc

    meter = agent.Meter()
    try:
        ring = [[] for _ in range(400_000)]
        for one in ring:
            one.append(one)
        meter.start()
        gc.collect()
        counted = meter.since_start()
    finally:
        gc.callbacks.remove(meter._on_collection)
    assert counted["wall"] > 0.02
    assert counted["cpu"] < counted["wall"] / 2
