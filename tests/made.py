"""A made corpus with fields of every type, large enough to be audited: recipes, each true to its labels."""

from __future__ import annotations

from random import Random

from adhere.need import Document

DISHES = ("soup", "salad", "stew", "cake")
COURSES = ("Starter", "Main", "Dessert")
CUISINES = {
    "Italian": "An Italian kitchen cooks it with basil and olive oil.",
    "Indian": "An Indian kitchen cooks it with cumin and ghee.",
    "French": "A French kitchen cooks it with butter and thyme.",
}
COOKS = ("Ada Byron", "Max Born", "Lin Yu")


def recipes(number: int = 100, seed: int = 0) -> list[Document]:
    """Recipes with course, cooks, minutes, app_version, created, vegan and cuisine."""
    random = Random(seed)
    return [_recipe(place, random) for place in range(number)]


def _recipe(place: int, random: Random) -> Document:
    dish, cuisine = random.choice(DISHES), random.choice(list(CUISINES))
    extra = random.choice(
        ["Serve it warm.", "Slice the onions.", "Slice the onions and the garlic. It takes 3 pans."]
    )
    steps = random.choice(["", "\n\n- chop\n- boil\n- serve"])
    return Document(
        id=f"r{place:03}",
        title=f"A {random.choice(['quick', 'slow', 'festive'])} {dish}",
        text=f"This {dish} is a family dish. {CUISINES[cuisine]} {extra}{steps}",
        fields={
            "course": random.choice(COURSES),
            "cooks": random.sample(COOKS, random.choice([1, 2])),
            "minutes": random.choice([10, 20, 30, 45, 60, 90]),
            "app_version": random.choice(["1.8", "1.9", "1.10", "2.0", "2.1.0"]),
            "created": f"{random.choice(range(2012, 2024))}-0{random.randint(1, 9)}-15",
            "vegan": random.choice([True, False]),
            "cuisine": cuisine,
        },
    )
