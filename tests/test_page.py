"""The page's files: no document becomes markup, nothing comes from elsewhere, and all can be read."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import adhere

PAGE = Path(adhere.__file__).parent / "serve" / "page"
MODULES = sorted(PAGE.glob("*.js"))
SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|parseFromString|srcdoc"
    r"|\beval\(|new Function"
)
TEXT = ("ink", "soft", "accent", "no", "maybe")
GROUNDS = ("paper", "surface", "raised")
WASHES = {"accent": "accent-wash", "no": "no-wash", "maybe": "maybe-wash"}


class Tags(HTMLParser):
    """Tags of a page with their attributes, and whatever text stands inside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] in ("script", "style"):
            self.inline += data.strip()


@pytest.fixture(scope="module")
def index() -> Tags:
    return Tags((PAGE / "index.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_modules_write_text_and_never_markup(module: Path) -> None:
    found = SINKS.findall(module.read_text(encoding="utf-8"))
    assert not found, f"{module.name} could turn a document's text into markup: {found}"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_modules_import_only_names_that_their_neighbours_export(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    for names, source in re.findall(r"^import (.+?) from \"(.+?)\";", text, re.MULTILINE | re.DOTALL):
        assert source.startswith("./"), f"{module.name} imports {source}, which is not ours"
        exported = re.findall(
            r"^export (?:const|function|class) (\w+)",
            (PAGE / source).read_text(encoding="utf-8"),
            re.MULTILINE,
        )
        wanted = re.findall(r"\w+", names) if names.startswith("{") else []
        assert set(wanted) <= set(exported), f"{module.name}: {source} does not export {wanted}"


def test_the_policy_allows_only_what_this_server_sends(index: Tags) -> None:
    policies = [a["content"] for tag, a in index.tags if a.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.split(maxsplit=1) for rule in (policies[0] or "").split("; "))
    assert rules["default-src"] == "'none'"
    assert {rules[name] for name in ("script-src", "style-src", "connect-src", "img-src")} == {"'self'"}


def test_no_script_style_or_handler_is_inline_and_nothing_comes_from_elsewhere(index: Tags) -> None:
    assert not index.inline
    for tag, attributes in index.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        for name in ("src", "href"):
            assert "//" not in (attributes.get(name) or ""), f"<{tag}> loads {attributes[name]}"
    styles = (PAGE / "page.css").read_text(encoding="utf-8")
    assert not re.search(r"@import|url\(", styles)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_the_contrast_that_wcag_aa_asks_for(scheme: str) -> None:
    colours = tokens(scheme)
    pairs = [(text, ground) for text in TEXT for ground in GROUNDS]
    pairs += [
        *WASHES.items(),
        *(("ink", wash) for wash in WASHES.values()),
        ("paper", "accent"),
        ("paper", "no"),
    ]
    low = {pair: round(ratio, 2) for pair in pairs if (ratio := contrast(*(colours[n] for n in pair))) < 4.5}
    assert not low


def tokens(scheme: str) -> dict[str, str]:
    """The custom properties of one colour scheme: `--name: light-dark(#light, #dark)`."""
    text = (PAGE / "page.css").read_text(encoding="utf-8")
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", text)
    return {name: light if scheme == "light" else dark for name, light, dark in found}


def contrast(one: str, other: str) -> float:
    """Source  WCAG 2.1, contrast ratio"""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Source  WCAG 2.1, relative luminance of an sRGB colour"""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
