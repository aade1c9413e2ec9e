"""The unseen half of the instruction exam: frames and phrases that compose into sentences.

This half was written on 2026-11-28 by somebody who had seen neither the parser nor the other
wordings. It is for exams only: whoever builds the parser must not read it.
"""

from __future__ import annotations

from collections.abc import Mapping

from adhere.need import Polarity

FRAMES: Mapping[Polarity, tuple[str, ...]] = {
    "want": (
        "I have no use for anything except documents {those}.",
        "Kindly restrict the answer to documents {those}, and discard everything else.",
        "Our compliance team can only sign off on documents {those}, so leave out the rest.",
        "documents {those} only, please",
        "Is there any way to get just the documents {those} and nothing besides?",
        "Every single hit has to be one of the documents {those}.",
        "Look, if it's not one of the documents {those}, I don't want to see it.",
        "Drop everything but the papers {those}.",
        "Per company policy, only pages {those} may be displayed.",
        "I'm writing a thesis chapter and may cite nothing other than documents {those}.",
        "Could you filter this down to results {those}?",
        "A hit is worthless to me unless it belongs to the documents {those}.",
        "Stick strictly to documents {those}.",
        "We exclusively consider documents {those} in this review.",
        "Required: documents {those}.",
        "The set you return shall consist solely of documents {those}.",
        "hey, can you keep it to items {those}? the others are useless to me",
        "All of the results need to be documents {those}, without exception.",
        "It is essential that you give me documents {those} and no others.",
        "Limit yourself to documents {those}; my supervisor rejects all the others.",
    ),
    "avoid": (
        "Please spare me documents {those}.",
        "I'm not interested in documents {those}, so take them out.",
        "Whatever you do, don't give me documents {those}.",
        "Under no circumstances should documents {those} turn up in the list.",
        "Skip the documents {those}.",
        "Documents {those} are off limits.",
        "Could you weed out any documents {those}?",
        "We are not licensed to use documents {those}, hence none of them may be returned.",
        "no papers {those}, thanks",
        "Throw away all documents {those}.",
        "I've already read the documents {those}, so hide them.",
        "The rule here is simple: results {those} get rejected.",
        "It would be a mistake to include documents {those}; remove every one of them.",
        "Everything is fine by me apart from documents {those}, which must go.",
        "I never want to see items {those} again.",
        "Our policy prohibits documents {those}.",
        "Would you mind suppressing pages {those}?",
        "My boss gets angry about documents {those}, so keep them away from this list.",
        "The answer must be free of documents {those}.",
    ),
    "prefer": (
        "If you can, put documents {those} at the top, but keep the others too.",
        "I'd rather read documents {those}, though I'm happy with others as well.",
        "Give documents {those} a boost.",
        "Documents {those} first, then everything else.",
        "Ideally I'd get documents {those}, but that's not a must.",
        "It would be lovely to see documents {those} early on; the rest can follow.",
        "We lean towards documents {those} without ruling anything out.",
        "Please rank papers {those} higher than the remaining ones.",
        "When in doubt, favour documents {those}.",
        "All else being equal, documents {those} should come before the others.",
        "Could the pages {those} be listed ahead of the rest?",
        "I have a soft spot for documents {those}, so start with them and go on with the others.",
        "anything goes, but results {those} are a bonus",
        "Documents {those} deserve extra weight, yet nothing needs to be removed.",
    ),
}

PHRASES: Mapping[str, tuple[str, ...]] = {
    "field": (
        "with {value} as the {field}",
        "where the {field} equals {value}",
        "having {field} set to {value}",
        "carrying the {field} {value}",
        "in which the {field} entry reads {value}",
    ),
    "list": (
        "whose {field} list includes {value}",
        "having {value} as one of the {field} entries",
        "where {value} appears in the {field}",
        "naming {value} in the {field} field",
    ),
    "boolean": (
        "for which {field} is {value}",
        "whose {field} flag is {value}",
        "having {value} in the {field} field",
        "with the {field} setting at {value}",
        "marked {value} for {field}",
    ),
    "number>=": (
        "whose {field} figure is no lower than {value}",
        "with the {field} at {value} or above",
        "having {field} greater than or equal to {value}",
        "with the {field} reaching or exceeding {value}",
        "with {value} or more for {field}",
    ),
    "number<=": (
        "whose {field} value does not exceed {value}",
        "with {value} or less for {field}",
        "having {field} smaller than or equal to {value}",
        "with the {field} being {value} at the very most",
        "in which the {field} number goes no higher than {value}",
    ),
    "version>=": (
        "for {field} {value} or newer",
        "with {field} {value} and up",
        "whose {field} is at least {value}",
        "where the {field} is {value} or any later one",
        "having {field} not older than {value}",
    ),
    "version<": (
        "with the {field} below {value}",
        "in which the {field} has not yet reached {value}",
        "still on a lower {field} than {value}",
        "for any {field} that precedes {value}",
    ),
    "date>=": (
        "with the {field} in {value} or any year after that",
        "having {field} no earlier than {value}",
        "where the {field} lies in or after {value}",
        "with {field} from {value} onwards",
    ),
    "date<": (
        "whose {field} lies before {value}",
        "with {field} prior to {value}",
        "having {field} in a year earlier than {value}",
        "where the {field} precedes {value}",
        "with the {field} predating the year {value}",
    ),
    "time>=": (
        "published in {value} or later",
        "that came out in or after {value}",
        "written since the beginning of {value}",
    ),
    "time<": (
        "that came out before {value}",
        "predating {value}",
        "written prior to {value}",
        "from the years before {value}",
    ),
    "time window": (
        "published between {value} and {end} inclusive",
        "written from {value} through {end}",
        "that appeared in the years {value} to {end}",
        "dating from {value} up to and including {end}",
    ),
    "mentions": (
        'in which "{value}" occurs',
        'with the exact term "{value}" in the text',
        "using the word {value}",
        'whose text has "{value}" in it verbatim',
    ),
    "words>=": (
        "of {value} words or more",
        "running to at least {value} words",
        "with no fewer than {value} words",
        "whose length is {value} words or above",
        "having a minimum length of {value} words",
    ),
    "words<": (
        "of fewer than {value} words",
        "whose text stays under {value} words",
        "not even {value} words long",
    ),
    "code": (
        "containing program code",
        "with snippets of source code",
        "in which some code is shown",
        "featuring code examples",
        "where actual programming code can be found",
    ),
    "numbers": (
        "with numbers in the text",
        "containing at least one number",
        "whose text includes numerals",
        "where some numbers are given",
    ),
    "links": (
        "with clickable links in the text",
        "containing at least one hyperlink",
        "linking to other web pages",
        "whose text includes links",
        "where hyperlinks are present",
    ),
    "list form": (
        "with a bulleted or numbered list",
        "containing bullet points or numbered items",
        "featuring an itemised list",
        "where points are set out as a bulleted or numbered list",
        "having a list with bullets or numbers in front of the items",
    ),
    "table": (
        "in which data is arranged in a table",
        "featuring tables",
        "whose content includes at least one table",
        "having tabular data inside",
    ),
    "question": (
        "containing a question",
        "where the author poses a question",
        "whose text includes a sentence that asks something",
    ),
    "language": (
        "with {value} as the language",
        "composed in the {value} language",
    ),
    "about": (
        "dealing with {value}",
        "devoted to {value}",
    ),
}
