"""A small made corpus in the manner of enhancement proposals, for tests of whole searches."""

from __future__ import annotations

from adhere.need import Document

DOCUMENTS = [
    Document(
        "P-1",
        "A proposal for lazy imports of modules. Start-up becomes faster. No C code is touched.",
        "Lazy imports",
        fields={
            "status": "Accepted",
            "authors": ["Ada Byron"],
            "created": "2022-05-01",
            "python_version": "3.12",
        },
    ),
    Document(
        "P-2",
        "Lazy imports through a C extension module. The import system calls into C code.",
        "Lazy imports in C",
        fields={"status": "Rejected", "authors": ["Ada Byron", "Max Born"], "created": "2021-02-03"},
    ),
    Document(
        "P-3",
        "Type annotations for dictionaries. A checker reads them; nothing changes at run time.",
        "Typed dictionaries",
        fields={"status": "Final", "authors": ["Lin Yu"], "created": "2019-10-10", "python_version": "3.8"},
    ),
    Document(
        "P-4",
        "Faster start-up by freezing the modules of the standard library, written in C.",
        "Frozen modules",
        fields={
            "status": "Final",
            "authors": ["Max Born"],
            "created": "2021-09-09",
            "python_version": "3.11, 3.12",
        },
    ),
    Document(
        "P-5",
        "How the council is elected, and how long its members serve.",
        "Council elections",
        fields={"status": "Active", "authors": ["Lin Yu"], "created": "2018-12-12"},
    ),
    Document(
        "P-6",
        "Import hooks, an old design that lazy imports replace. Written before 2005.",
        "Import hooks",
        fields={
            "status": "Withdrawn",
            "authors": ["Sue Grey"],
            "created": "2003-01-05",
            "python_version": "2.3",
        },
    ),
    Document("P-7", "A note without any metadata that speaks of lazy imports.", "Note on imports"),
]
