"""What requests work with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import current_app

from bootfit.lazy import Registry
from mealplan.catalogue.dishes import DishCatalogue
from mealplan.catalogue.foods import FoodCatalogue
from mealplan.database import Database
from mealplan.services.search import DishText

#: Where an app keeps its parts among its extensions.
EXTENSION = "mealplan"


@dataclass(frozen=True)
class Parts:
    """What requests work with. Nothing in it remembers a user: that is the database's."""

    foods: FoodCatalogue
    dishes: DishCatalogue
    database: Database
    plugins: Registry

    @cached_property
    def dish_text(self) -> DishText:
        """The full-text index over the dishes, made at the first search."""
        return DishText(self.dishes.all)

    @cached_property
    def dish_vectors(self) -> dict[str, list[list[float]]]:
        """The dishes' vectors by the `space` of the embeddings that made them."""
        return {}


def parts() -> Parts:
    """Return the parts of the app that serves this request."""
    found: Parts = current_app.extensions[EXTENSION]
    return found
