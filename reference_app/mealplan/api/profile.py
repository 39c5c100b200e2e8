"""Your profile: whom weeks are made for unless they say otherwise."""

from __future__ import annotations

from flask import Blueprint, Response

from mealplan.accounts.caller import account
from mealplan.api.endpoint import endpoint
from mealplan.errors import not_found
from mealplan.parts import parts
from mealplan.served import reply
from mealplan.services.profiles import describe_person, person_of
from mealplan.services.targets import Person
from mealplan.store import profiles

BLUEPRINT = Blueprint("profile", __name__)


@BLUEPRINT.get("/profile")
@endpoint()
def show() -> Response:
    """Return your profile; 404 where you have none."""
    with parts().database.reading() as connection:
        found = profiles.get(connection, account().id)
    if found is None:
        raise not_found("profile yet")
    return reply({"profile": found})


@BLUEPRINT.put("/profile")
@endpoint(body=person_of)
def keep(body: Person) -> Response:
    """Keep a profile in place of the one you had."""
    described = describe_person(body)
    with parts().database.writing() as connection:
        profiles.put(connection, account().id, described)
    return reply({"profile": described})


@BLUEPRINT.delete("/profile")
@endpoint(status=204)
def forget() -> Response:
    """Forget your profile; 204."""
    with parts().database.writing() as connection:
        profiles.remove(connection, account().id)
    return Response(status=204)
