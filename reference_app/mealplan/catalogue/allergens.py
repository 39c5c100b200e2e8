"""Allergens that a food's name gives away: the fourteen of Regulation (EU) No 1169/2011, Annex II.

A name is not a label: this finds what SR28 writes out, and can miss what a product hides. So an
answer says "found", never "free of".
"""

from __future__ import annotations

import re

#: Allergen → words that give it away, then phrases that do, and phrases in which those words
#: mean something else.
_SIGNS: dict[str, tuple[str, str]] = {
    "celery": ("celery celeriac broth", ""),
    "crustaceans": ("crustaceans shrimp crab lobster crayfish krill", ""),
    "eggs": ("egg eggs mayonnaise meringue omelet", "egg plant, egg plants, egg substitute"),
    "fish": (
        """fish salmon tuna cod anchovy anchovies sardine sardines herring mackerel trout haddock
        caviar worcestershire""",
        "",
    ),
    "gluten": (
        """wheat rye barley oat oats oatmeal spelt semolina bulgur couscous malt bread crackers
        crispbread pasta spaghetti macaroni seitan muffin muffins bagel bagels cookies croissant
        croissants pancakes soba shoyu miso granola, egg noodles, noodles egg, corn flakes,
        fry flour, fry whole""",
        "gluten free",
    ),
    "lupin": ("lupin lupins", ""),
    "milk": (
        """milk cheese cheeses yogurt butter buttermilk cream whey casein ghee, chocolate dark,
        muffins plain""",
        """soy milk, almond milk, rice milk, coconut milk, coconut cream, peanut butter,
        nut butter, almond butter, cashew butter, sesame butter, cocoa butter, apple butter,
        seed butter, nutmeg butter, kernel butter, cream of tartar""",
    ),
    "molluscs": (
        "mollusks mussel mussels clam clams oyster oysters squid octopus scallop scallops",
        "oyster mushroom, oyster mushrooms, oyster soda",
    ),
    "mustard": ("mustard mayonnaise, curry powder", ""),
    "nuts": (
        """almond almonds hazelnut hazelnuts filberts walnut walnuts cashew cashews pecan pecans
        brazilnuts pistachio pistachios macadamia praline marzipan granola, pine nuts""",
        "",
    ),
    "peanuts": ("peanut peanuts", ""),
    "sesame": ("sesame tahini hummus halvah", ""),
    "soybeans": (
        "soy soybean soybeans soymilk tofu tempeh miso edamame natto shoyu tamari, chocolate dark",
        "",
    ),
    "sulphites": ("sulfured wine balsamic", ""),
}
ALLERGENS: frozenset[str] = frozenset(_SIGNS)


def in_name(name: str) -> frozenset[str]:
    """Return the allergens that the description of an SR28 food gives away."""
    text = " ".join(re.findall(r"[a-z]+", name.lower()))
    return frozenset(
        allergen
        for allergen, (signs, exceptions) in _PATTERNS.items()
        if signs.search(exceptions.sub(" ", text) if exceptions else text)
    )


def _pattern(listed: str) -> re.Pattern[str]:
    """Return what finds any of ``listed``: words by spaces, then phrases by commas."""
    words, *phrases = (part.strip() for part in listed.split(","))
    found = [*words.split(), *phrases]
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, found))})\b")


def _phrases(listed: str) -> re.Pattern[str] | None:
    return _pattern(f",{listed}") if listed else None


_PATTERNS = {
    allergen: (_pattern(signs), _phrases(exceptions))
    for allergen, (signs, exceptions) in _SIGNS.items()
}
