"""The words by which people let documents in: alone, in addition, or on a condition that follows.

General English, as in `cues`.
"""

from __future__ import annotations

import re

ADMITTED = re.compile(
    r"(?<=\s)(?:is|are|be|counts? as) (?:relevant|of interest|acceptable|included|eligible|admissible|wanted|"
    r"needed)\W*$",
    re.IGNORECASE,
)
"""Closes what is let in: "only X are relevant"."""
ADDITION = re.compile(
    r"^(?:and )?(?:so|as) (?:is|are|do|does)\b|\b(?:also|equally|likewise|all|just as well) "
    r"(?:\w+ )?(?:belongs?|counts?|"
    r"qualif(?:y|ies)|relevant|welcome|acceptable|of interest|eligible|in scope|included|fine)\b|"
    r"\b(?:belongs?|counts?|qualif(?:y|ies)|relevant|welcome|acceptable|included|fine|ok|okay) "
    r"(?:too|also|as well|likewise)"
    r"\W*$|\b(?:is|are) (?:also )?(?:welcome|included|in scope)\W*$",
    re.IGNORECASE,
)
"""Lets in more than what was said before: "surveys also count"."""
WIDENS = re.compile(
    r"\b(?:also|likewise) (?:belongs?|counts?|qualif(?:y|ies)|relevant|included|in scope)\W*$|"
    r"\b(?:belongs?|counts?|qualif(?:y|ies)|relevant|included) (?:too|also|as well|likewise)\W*$",
    re.IGNORECASE,
)
"""The part of ADDITION that is believed even of a clause that the model takes for background."""
LETS_IN = re.compile(
    r"\b(?:also|too|equally|still|all|just as well|likewise) "
    r"(?:belongs?|counts?|qualif(?:y|ies)|relevant|welcome)\W*$|"
    r"\b(?:belongs?|counts?|qualif(?:y|ies)|(?:is|are) (?:relevant|welcome|in scope|included|eligible))"
    r"(?: (?:too|also|as well|likewise|here))?\W*$|\bstays? in\W*$",
    re.IGNORECASE,
)
"""Closes a clause that can be no exclusion and no wish: "surveys also count"."""
ALLOWED = re.compile(
    r"\s+(?:is|are|would be|remains?) (?:still |also |perfectly |all |quite )*"
    r"(?:fine|ok|okay|acceptable|welcome|allowed|permitted|all right|alright|good)"
    r"(?: (?:though|too|however|still|here|with me|by me|for me))*\W*$",
    re.IGNORECASE,
)
"""Closes what is let in against an exclusion: "no laptops. Zenit ones are ok though"."""
KEPT = re.compile(
    r"^(?:(?:and|but|so|also|please) )*(?:(?:do not|don['’]?t|never) (?:exclude|leave out|skip|omit|drop|"
    r"hide|filter out|remove|ignore|overlook|miss|forget)|(?:also )?including|even) ",
    re.IGNORECASE,
)
"""Opens what is not to be lost: "don't exclude drafts" asks for no draft."""
ON_CONDITION = re.compile(r"(?:but |and )?(?:only (?:if|when|where)|provided|as long as)\b", re.IGNORECASE)
"""Opens the condition on which something is let in: "over 300 | only if rated at least 4"."""
ADMITTED_IF = re.compile(
    r"\b(?:relevant|of interest|of use|useful|acceptable|admissible|eligible|included|counts?|qualif(?:y|"
    r"ies)|matters?|welcome|allowed|fine|ok|okay|all right|"
    r"retained|listed|considered|returned|stay)\s*$",
    re.IGNORECASE,
)
"""Ends a piece that is let in only on the condition that follows: "X is relevant | only if Y"."""
