"""Small closed lists of English words that the other files share."""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """The words of a block of text."""
    return frozenset(text.split())


GENERIC = words("""
    document documents doc docs paper papers article articles page pages proposal proposals item items
    entry entries record records one ones those result results story stories report reports text texts
    post posts work works publication publications pep peps eip eips kep keps rfc rfcs advisory
    advisories film films movie movies ticket tickets issue issues study studies note notes anything
    something everything nothing none thing things material stuff title titles book books file files
    hit hits source sources piece pieces stuff
""")
"""Words for a document of any kind: on their own they ask for nothing."""

HEADS = GENERIC | words("""
    product products recipe recipes dish dishes meal meals job jobs ad ads role roles position positions
    listing listings offer offers bug bugs guide guides review reviews project projects song songs game
    games event events course courses hotel hotels restaurant restaurants company companies firm firms
    team teams idea ideas gig gigs concert concerts show shows apartment apartments flat flats
""")
"""Words for what a store's documents may be about one of: a value may stand on them ("Indian dishes")."""

STOPWORDS = words("""
    unless except provided rather sooner somewhere anywhere
    a an the and or but of in on at to for from by with as is are be was were been being it its this
    that these those which who whose i we me us my our you your they them their he she his her there
    here any all some every each only just please so then also too very really do does did has have had
    not no nor if than either neither both into about over under will would should must may can could what
    how when where
""")
"""Words that name no subject."""

BEARING = words("""
    appear appears appeared appearing date dates dated dating fall falls fell come comes came coming out
    originate originates stem stems carry carries carrying bear bears bearing list lists listed listing
    include includes included including contain contains containing hold holds holding show shows showing
    shown name names named state states stated stating give gives giving given quote quotes read reads
    reading say says set put sit sits stand stands feature features featuring use uses used using turn
    turns occur occurs mention mentions mentioning mentioned word words term terms value values labelled
    labeled marked tagged filed recorded registered entered noted year years day order own least most more
    less up down under wish see look looking know known already have has having got run runs pass
    write writes wrote writing ok okay fine keep keeps kept
""")
"""Words that carry a condition ("that list X under authors", "that date from 2015") and name no subject."""

TEMPORAL = words("after before since until till during within between past prior later earlier older newer")
"""Words that place something in time; beside a date they name no subject."""

CONNECTIVES = words("and or but nor so then also plus please with without to for the a an that which")
"""Words that may stand between the claimed spans of an instruction and carry nothing on their own."""

ABBREVIATIONS = words("pref e.g i.e eg ie vs etc dr mr mrs ms st no fig al approx ca cf p pp vol ed u.s u.k")
"""Words whose full stop ends no sentence, unless a word that opens one follows."""

INNER = words("pref e.g i.e eg ie vs dr mr mrs ms cf")
"""Those of them that never stand at the end of a sentence."""

SENTENCE_OPENERS = words("""
    nothing none leave skip ignore exclude omit avoid drop prefer preferably ideally find show give restrict
    limit keep rule likewise exclude anything everything without otherwise
""")
"""Words with which an instruction goes on, and no name."""


def stem(word: str) -> str:
    """Folds case, plural and the commonest endings: "rated", "ratings" and "rating" meet."""
    folded = word.casefold().replace("’", "'").removesuffix("'s")
    for ending in ("ies", "ings", "ing", "ed", "es", "s", "e"):
        if folded.endswith(ending) and len(folded) - len(ending) >= 3:
            return folded[: -len(ending)] + ("y" if ending == "ies" else "")
    return folded


def stems(name: str) -> list[str]:
    """The stems of the words of a field's name, however it joins them: `python_version` has two."""
    return [stem(part) for part in re.split(r"[\W_]+", name) if part]


_GREEK = ("theses", "analyses", "diagnoses", "crises", "emphases", "synopses")
"""Plurals whose one is in -is."""


def singular(word: str) -> str:
    """Folds case and plural only: "typing" is a value that "type" is not."""
    folded = word.casefold().replace("’", "'").removesuffix("'s")
    if folded.endswith(_GREEK):
        return folded[:-2] + "is"
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("s", "")):
        if folded.endswith(ending) and len(folded) > 3 and not folded.endswith(("ss", "us", "is")):
            return folded.removesuffix(ending) + instead
    return folded
