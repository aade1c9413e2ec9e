"""How people say it: frames that carry the polarity, phrases that carry the condition.

A clause is a frame with a phrase in it: "I would sooner read documents {those}." with "that deal with
{value}". Both tables have two halves. `shown` is for building parsers: look at it, test with it, train on
it. `never-shown` is for exams only: a test checks that the parser's tests hold none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from adhere.need import Polarity

Half = Literal["shown", "never-shown"]
HALVES: tuple[Half, ...] = ("shown", "never-shown")
Table = Mapping[str, tuple[str, ...]]

FRAMES: Mapping[Half, Mapping[Polarity, tuple[str, ...]]] = {
    "shown": {
        "want": (
            "Only documents {those} are relevant.",
            "Show me only documents {those}.",
            "They must be documents {those}.",
            "Restrict this to documents {those}.",
        ),
        "avoid": (
            "Nothing {those}.",
            "Documents {those} are not relevant.",
            "Leave out documents {those}.",
            "No documents {those}, please.",
        ),
        "prefer": (
            "Preferably documents {those}.",
            "Documents {those} first.",
            "Ideally documents {those}.",
        ),
    },
    "never-shown": {
        "want": (
            "I can work with documents {those} and with no others.",
            "Keep to documents {those}.",
            "Limit the results to documents {those}.",
            "I want to see documents {those} and nothing else.",
            "Every result has to come from documents {those}.",
            "The reading list is limited to documents {those}.",
            "Unless they are documents {those}, I cannot use them.",
            "What I am asking for are documents {those}, and those alone.",
        ),
        "avoid": (
            "Documents {those} would be wrong answers here.",
            "Please drop documents {those}.",
            "Filter out documents {those}.",
            "I do not wish to see documents {those}.",
            "Do not bother me with documents {those}.",
            "Documents {those} have no place in the answer.",
            "I already know the documents {those}, so pass over them.",
            "Everything is welcome apart from documents {those}.",
        ),
        "prefer": (
            "It would be a plus to get documents {those}.",
            "Given the choice, start with documents {those}.",
            "Documents {those} are worth more to me.",
            "I would sooner read documents {those}.",
            "Give documents {those} an edge over the rest.",
        ),
    },
}

PHRASES: Mapping[Half, Table] = {
    "shown": {
        "field": ("whose {field} is {value}", "with the {field} {value}"),
        "list": ("with {value} among the {field}", "with {value} in {field}"),
        "boolean": ("where {field} is {value}",),
        "number>=": ("with a {field} of at least {value}",),
        "number<=": ("with a {field} of at most {value}",),
        "version>=": ("for {field} {value} or later",),
        "version<": ("for {field} before {value}",),
        "date>=": ("with {field} since {value}",),
        "date<": ("with {field} before {value}",),
        "time>=": ("from {value} or later",),
        "time<": ("from before {value}",),
        "time window": ("from between {value} and {end}",),
        "mentions": ('that mention "{value}"', 'with the word "{value}"'),
        "words>=": ("of at least {value} words",),
        "words<": ("under {value} words",),
        "code": ("with code examples",),
        "numbers": ("with numbers",),
        "links": ("with links",),
        "list form": ("with a list",),
        "table": ("with a table",),
        "question": ("with a question",),
        "language": ("in {value}",),
        "about": ("about {value}", "on {value}"),
    },
    "never-shown": {
        "field": ("that have {value} as their {field}", "where the {field} reads {value}"),
        "list": ("that list {value} under {field}", "whose {field} include {value}"),
        "boolean": ("that have {field} set to {value}",),
        "number>=": ("whose {field} is {value} or more", "with a {field} no lower than {value}"),
        "number<=": ("whose {field} does not exceed {value}", "with a {field} no higher than {value}"),
        "version>=": ("whose {field} is {value} or newer", "that carry a {field} from {value} upwards"),
        "version<": ("whose {field} is older than {value}", "that carry a {field} lower than {value}"),
        "date>=": ("whose {field} falls in {value} or later",),
        "date<": ("whose {field} falls before {value}",),
        "time>=": ("that date from {value} or later", "that appeared in {value} or after"),
        "time<": ("that date from before {value}", "that appeared earlier than {value}"),
        "time window": ("that appeared from {value} to {end}", "that date from {value} up to {end}"),
        "mentions": ('that use the term "{value}"', 'in which the word "{value}" turns up'),
        "words>=": ("that run to {value} words or more",),
        "words<": ("that run to fewer than {value} words",),
        "code": ("that show some code", "that contain code samples"),
        "numbers": ("that quote figures", "that contain numbers"),
        "links": ("that contain links", "that link to other pages"),
        "list form": ("that contain a bulleted list",),
        "table": ("that contain a table",),
        "question": ("that pose a question",),
        "language": ("that are written in {value}",),
        "about": ("that deal with {value}", "whose subject is {value}"),
    },
}
