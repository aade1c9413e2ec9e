# ruff: noqa: E501  (tables, one entry a row)
"""How people say what they look for: phrases for criteria, made from titles, headings, questions and labels."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

from adhere.words import tokens

MEDICAL: Mapping[str, Sequence[str]] = {
    "information": ("what {} is", "overview of {}", "definition of {}", "general description of {}"),
    "symptoms": ("symptoms of {}", "signs by which {} shows itself", "how {} presents", "complaints of people with {}"),
    "treatment": ("treatment of {}", "therapies for {}", "how {} is treated or managed", "drugs or surgery used against {}"),
    "causes": ("causes of {}", "what brings {} about", "origin of {}", "why people get {}"),
    "inheritance": ("how {} is inherited", "inheritance pattern of {}", "whether {} runs in families", "passing {} on to children"),
    "frequency": ("how common {} is", "number of people with {}", "prevalence of {}", "how often {} occurs"),
    "genetic changes": ("genes behind {}", "mutations linked to {}", "genetic changes related to {}"),
    "exams and tests": ("diagnosis of {}", "tests used to detect {}", "how doctors find out about {}"),
    "research": ("current research on {}", "clinical trials for {}", "studies of {} under way"),
    "outlook": ("prognosis of {}", "outlook for people with {}", "life expectancy with {}"),
    "susceptibility": ("who is at risk of {}", "groups more likely to get {}", "risk factors for {}"),
    "considerations": ("practical advice on {}", "things to bear in mind about {}"),
    "prevention": ("preventing {}", "ways to avoid {}", "how to lower the chance of {}"),
    "stages": ("stages of {}", "how far {} has progressed"),
    "complications": ("complications of {}", "what may go wrong with {}"),
}  # fmt: skip

SUBJECTS: Mapping[str, Sequence[str]] = {
    "cs.CV": ("computer vision", "work on images or video", "visual recognition or generation"),
    "cs.CL": ("natural language processing", "work on text and language", "language models"),
    "cs.RO": ("robotics", "robots and how they are controlled", "machines that move or grasp"),
    "cs.LG": ("machine learning methods",),
    "cs.AI": ("artificial intelligence",),
    "eess.SY": ("control systems", "control theory for dynamical systems", "power grids and controllers"),
    "cs.HC": ("human-computer interaction", "how people use interactive systems", "user studies"),
    "cs.CR": ("security and privacy of computer systems", "attacks and defences", "cryptography or cyber security"),
    "cs.GR": ("computer graphics", "rendering and geometry for graphics"),
    "cs.IR": ("information retrieval", "search engines or recommender systems"),
    "cs.SE": ("software engineering", "tools for programmers", "writing and testing code"),
    "cs.SD": ("sound and music processing", "audio signals"),
    "eess.AS": ("speech processing", "audio and speech"),
    "cs.MA": ("multi-agent systems", "several agents acting together"),
    "eess.IV": ("medical or satellite image processing", "image processing"),
    "cs.DC": ("distributed or parallel computing", "clusters and clouds"),
    "math.OC": ("mathematical optimisation", "optimal control"),
    "cs.DB": ("databases", "data management"),
    "cs.CY": ("effects of computing on society", "ethics, education or policy"),
    "cs.NI": ("computer networks", "wireless networking"),
}  # fmt: skip
LOOSE = frozenset({"cs.LG", "cs.AI", "cs.CV", "cs.CL", "cs.HC", "cs.CY", "eess.IV"})
"""Subjects that hold of many papers not filed under them: never used as a negative."""

GENRES: Mapping[str, tuple[str, str, Sequence[str]]] = {
    "survey": (r"\b(survey|review|overview)\b", r"survey|review|overview|literature", ("literature survey", "overview of existing work", "survey paper")),
    "benchmark": (r"\b(benchmark|dataset|data set|corpus)\b", r"benchmark|data ?set|corpus", ("new benchmark or data set", "resource for evaluation", "benchmark paper", "data set released with the paper")),
    "attack": (r"\b(attack|jailbreak|backdoor|poisoning|adversarial)", r"attack|adversar|threat|jailbreak|malicious", ("attack on a model", "adversarial attacks", "way of making a system misbehave on purpose")),
    "defence": (r"\b(defen[cs]e|defending|robust to|safeguard|guard)", r"defen[cs]|protect|robust|guard|safe", ("defence against attacks", "protecting a system")),
    "theory": (r"\b(theory|theoretical|convergence|provabl|bounds?)\b", r"theor|prov|bound|guarantee", ("theoretical analysis", "proofs or formal guarantees")),
    "reinforcement": (r"\breinforcement learning|\bRL\b|\bGRPO\b", r"reinforcement|\bRL\b|reward|polic", ("reinforcement learning", "training by reward", "policy optimisation")),
    "simulation": (r"\bsimulat", r"simulat|synthetic", ("simulation", "experiments in a simulator")),
    "user study": (r"\b(user study|perceptions?|interviews?|qualitative)\b", r"user|participant|interview|human", ("study with human participants", "what users think")),
    "training-free": (r"\btraining-free|zero-shot|without training", r"training-free|zero-shot|without (any )?(training|fine-tuning)|no training", ("works without training", "zero-shot method")),
    "efficiency": (r"\b(efficient|fast|lightweight|accelerat|compress|quantiz|pruning)", r"efficien|fast|speed|light|accelerat|compress|quanti|prun|cost|latency", ("faster or smaller models", "lower cost of computing", "efficiency")),
    "medical": (r"\b(medical|clinical|patient|radiolog|patholog|cancer|tumou?r)", r"medic|clinic|patient|radiolog|patholog|cancer|health|disease", ("medical application", "use in hospitals", "clinical data")),
    "driving": (r"\b(driving|vehicle|traffic)", r"driv|vehicle|traffic|car\b|road", ("autonomous driving", "cars and traffic")),
}  # fmt: skip

FILM_GENRES = (
    "Horror",
    "Western",
    "Musical",
    "Science Fiction",
    "War",
    "Animated",
    "Documentary",
    "Noir",
    "Romance",
    "Crime",
    "Sports",
    "Spy",
)

WEAKNESSES: Mapping[str, tuple[str, Sequence[str]]] = {
    "xss": (r"cross[- ]site scripting|\bXSS\b", ("cross-site scripting", "script injected into a web page", "hostile markup run in a visitor's browser")),
    "sql": (r"SQL injection", ("SQL injection", "user input changes a database query")),
    "traversal": (r"path traversal|directory traversal|\.\./|zip slip", ("path traversal", "reading files outside the intended folder")),
    "dos": (r"denial[- ]of[- ]service|\bDoS\b|infinite loop|resource consumption|memory exhaustion", ("denial of service", "a service made unavailable", "crash or hang caused by crafted input")),
    "rce": (r"remote code execution|arbitrary code|arbitrary command|command injection|execute arbitrary", ("running the attacker's own code", "remote code execution", "commands injected into a shell")),
    "ssrf": (r"\bSSRF\b|server[- ]side request forgery", ("server-side request forgery", "server tricked into fetching internal addresses")),
    "redirect": (r"open redirect", ("open redirect", "victim sent on to a hostile site")),
    "csrf": (r"\bCSRF\b|cross[- ]site request forgery", ("cross-site request forgery", "actions taken in a victim's name by another site")),
    "leak": (r"sensitive information|information disclosure|information leak|obtain .{0,30}(password|credential|token)|plaintext", ("leak of secrets", "information disclosure", "credentials exposed")),
    "deserialise": (r"deserializ|pickle|yaml\.load|unsafe load", ("unsafe deserialisation", "objects loaded from untrusted data")),
    "memory": (r"buffer overflow|out[- ]of[- ]bounds|use[- ]after[- ]free|heap|segfault|null pointer|nullptr", ("memory safety error", "reading or writing outside a buffer", "crash in native code")),
    "auth": (r"authentication bypass|bypass .{0,20}(authent|authoriz|access)|privilege escalation|permission", ("access control bypassed", "missing permission check", "privileges gained")),
    "tls": (r"certificate|\bTLS\b|\bSSL\b|man-in-the-middle", ("certificates not checked", "traffic open to interception")),
}  # fmt: skip

_STOP = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "for",
        "to",
        "and",
        "or",
        "with",
        "by",
        "from",
        "is",
        "are",
        "be",
        "as",
        "at",
        "that",
        "this",
        "it",
        "its",
        "via",
        "using",
        "through",
        "based",
        "we",
        "our",
        "new",
        "towards",
        "toward",
        "into",
        "under",
        "over",
        "how",
        "what",
        "can",
        "do",
        "does",
        "which",
        "their",
        "they",
        "than",
        "not",
        "no",
        "more",
        "most",
        "between",
        "across",
    ]
)
_CUT = re.compile(
    r"\s*(?:[:?!–—]|\s-\s|,\s)\s*|\s+(?:for|via|with|using|through|based on|towards?|in|from|by|under|against|beyond)\s+",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    r"^(?:[^,]{0,60}, )?(?:(?:in|with) this (?:paper|work|study|article),? )?(?:we|this (?:paper|work|study|article)|our (?:work|method|approach))"
    r" (?:then |further |also |therefore |thus |first |here )?(?:propos\w+|introduc\w+|present\w*|develop\w*|study|studies|investigat\w+|show\w*|explor\w+|examin\w+|address\w*|describ\w+|analy[sz]\w+|evaluat\w+|demonstrat\w+)"
    r" (?:that |how |the problem of )?",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(r"^(?:is|are|was|were|do|does|did|can|could|should|has|have|will)\s+", re.IGNORECASE)


def words(text: str) -> frozenset[str]:
    """The content words of a text, case-folded."""
    return frozenset(word for word, _ in tokens(text)) - _STOP


def medical(kind: str, focus: str, rng: random.Random) -> str:
    """A question type of a disease as a criterion; without the disease, of "the disease"."""
    return rng.choice(MEDICAL[kind]).format(focus or rng.choice(["the disease", "the condition", "it"]))


def heading(text: str) -> str:
    """A section heading as words; empty where it names nothing."""
    plain = re.sub(r"^[\d.\s]+|[`*_:]", "", text).strip()
    return (
        plain
        if 3 <= len(plain) <= 60 and plain.casefold() not in {"abstract", "references", "copyright"}
        else ""
    )


def section(name: str, about: str, rng: random.Random) -> str:
    """A section heading as a criterion, of a proposal where one is named."""
    says = rng.choice(["{}", "{} discussed", "part on {}", "{} spelled out"]).format(lowered(name))
    return f"{says} of {about}" if about else says


def question(text: str, rng: random.Random) -> str:
    """A question as a criterion: as it is, or as what the text must tell."""
    plain = lowered(text.strip().rstrip(" ?."))
    if _AUXILIARY.match(plain):
        plain = "whether " + _AUXILIARY.sub("", plain)
    return rng.choice(["{}", "{}", "tells {}", "answer to {}", "states {}"]).format(plain)


def finding(text: str) -> str:
    """A summary sentence without "we propose" and the full stop."""
    return lowered(_CLAIM.sub("", text.strip()).rstrip(" ."))


def claim(sentence: str) -> str | None:
    """What a sentence says the paper does, as a phrase; None where it says no such thing."""
    match = _CLAIM.match(sentence)
    rest = sentence[match.end() :].rstrip(" .") if match else ""
    rest = re.split(r", (?:which|where|and|a|an|that)\b|; | which ", rest)[0]
    return lowered(rest) if len(rest.split()) >= 4 else None


def title_phrases(title: str) -> list[str]:
    """The title, and its parts of two words or more."""
    parts = [part.strip(" .?") for part in _CUT.split(title)]
    phrases = [part for part in parts if len(words(part)) >= 2]
    return [lowered(phrase) for phrase in dict.fromkeys([title.strip(" ."), *phrases])]


def film(genre: str, rng: random.Random) -> str:
    """A genre of films as a criterion."""
    return rng.choice(["{} film", "{} picture", "a film of the genre {}", "{}"]).format(genre.lower())


def decade(year: int, rng: random.Random) -> str:
    """Ten years as a criterion."""
    return rng.choice(["film of the {}s", "made in the {}s", "released between {} and {}"]).format(
        year, year + 9
    )


def lowered(text: str) -> str:
    """A phrase as it stands inside a sentence: the first letter small unless the word is a name."""
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first[1:].islower() or len(first) == 1 else text
