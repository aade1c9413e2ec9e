"""The films that LangChain's documentation of SelfQueryRetriever searches, as plain rows."""

from __future__ import annotations

from typing import Any

FILMS: list[tuple[str, dict[str, Any]]] = [
    (
        "A bunch of scientists bring back dinosaurs and mayhem breaks loose",
        {"year": 1993, "rating": 7.7, "genre": "science fiction", "director": "Steven Spielberg"},
    ),
    (
        "Leo DiCaprio gets lost in a dream within a dream within a dream",
        {"year": 2010, "director": "Christopher Nolan", "rating": 8.2, "genre": "thriller"},
    ),
    (
        "A psychologist gets lost in a series of dreams within dreams",
        {"year": 2006, "director": "Satoshi Kon", "rating": 8.6, "genre": "animated"},
    ),
    (
        "A bunch of normal-sized women are supremely wholesome and some men pine after them",
        {"year": 2019, "director": "Greta Gerwig", "rating": 8.3, "genre": "drama"},
    ),
    (
        "Toys come alive and have a blast doing so",
        {"year": 1995, "genre": "animated", "director": "John Lasseter"},
    ),
    (
        "Three men walk into the Zone, three men walk out of the Zone",
        {"year": 1979, "director": "Andrei Tarkovsky", "genre": "thriller", "rating": 9.9},
    ),
]
