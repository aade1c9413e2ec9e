"""The page as a user meets it, in headless Chromium: what it shows is what runs, and documents stay data."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from adhere.need import Document
from adhere.parse.language import read, write_criterion

pytest.importorskip("selenium", reason="needs selenium: pip install 'adhere[page]'")
pytest.importorskip("fastapi", reason="needs the server: pip install 'adhere[server]'")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM or not DRIVER, reason="needs chromium and chromedriver on the PATH"),
]

from selenium import webdriver  # noqa: E402
from selenium.common.exceptions import StaleElementReferenceException  # noqa: E402
from selenium.webdriver.chrome.service import Service as DriverService  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.remote.webelement import WebElement  # noqa: E402
from selenium.webdriver.support.expected_conditions import staleness_of  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

from adhere.serve.http.app import application  # noqa: E402
from adhere.serve.service import Service  # noqa: E402
from serving import TOKENS, engine, listening  # noqa: E402

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,1000",
]
PWN = "window.pwned=(window.pwned||0)+1"
HOSTILE = Document(
    "evil/'\"><script>",
    f"<script>{PWN}</script><img src=x onerror='{PWN}'> Lazy imports <svg onload='{PWN}'> of payloads.",
    f'<img src=x onerror="{PWN}"> Lazy imports',
    url=f"javascript:{PWN}",
    fields={"status": f"<img src=x onerror={PWN}>", "created": "2022-01-01"},
)
NEED = {"q": "lazy imports", "i": 'no rejected ones, nothing that mentions "hooks", ideally about start-up'}


class Browser:
    """One tab on one page, in the words of a user."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver, self.address = driver, address

    def open(self, need: dict[str, str] | None = None) -> None:
        self.driver.get("about:blank")
        self.driver.get(f"{self.address}/#{urlencode(need or {})}")
        self.until(lambda: self.text("#store"))
        self.until(lambda: self.hits() if need else self.all(".examples button"))

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements("css selector", selector)

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element("css selector", selector)

    def text(self, selector: str) -> str:
        return self.one(selector).text

    def hits(self) -> list[str]:
        return [hit.get_attribute("data-id") or "" for hit in self.all(".hit")]

    def chips(self) -> list[str]:
        return [chip.get_attribute("data-text") or "" for chip in self.all(".chip")]

    def program(self) -> str:
        """The program that the server says it ran."""
        return self.one("#program").get_attribute("textContent") or ""

    def ran(self) -> bool:
        return self.program() == "\n".join(self.chips())

    def until(self, happens: Callable[[], Any]) -> Any:
        wait = WebDriverWait(self.driver, 20, 0.05, ignored_exceptions=[StaleElementReferenceException])
        return wait.until(lambda _: happens())

    def type(self, selector: str, text: str) -> None:
        self.one(selector).send_keys(text)

    def requests(self) -> list[dict[str, Any]]:
        """What was sent since this was last asked."""
        messages = [json.loads(row["message"])["message"] for row in self.driver.get_log("performance")]
        return [m["params"]["request"] for m in messages if m["method"] == "Network.requestWillBeSent"]

    def complaints(self) -> list[str]:
        return [row["message"] for row in self.driver.get_log("browser") if row["level"] == "SEVERE"]


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=DriverService(str(DRIVER)))
    driver.get("about:blank")
    driver.get_log("performance")  # what the browser's own start page loaded
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    made = engine()
    made.add([HOSTILE])
    with listening(application(Service(made))) as address:
        yield address


@pytest.fixture
def page(driver: webdriver.Chrome, address: str) -> Iterator[Browser]:
    browser = Browser(driver, address)
    yield browser
    outside = [r["url"] for r in browser.requests() if not r["url"].startswith((address, "about:", "data:"))]
    assert not outside, "a request left the origin"
    assert not browser.complaints()
    assert driver.execute_script("return window.pwned") is None


def test_typing_shows_chips_and_colours_their_words(page: Browser) -> None:
    page.open()
    page.type(
        "#instruction", 'Find me notes. 🙂 I like tea. Nothing that mentions "C", ideally about start-up'
    )
    page.until(lambda: [c for c in page.chips() if c.startswith("prefer")])
    page.until(lambda: 'avoid mentions("C")' in page.chips())

    def coloured() -> dict[str, str]:
        """All words at once, once the last of them is read: an answer on its way paints them anew."""
        found = {word.text: word.get_attribute("class") for word in page.all("#echo .word")}
        return found if "ideally about start-up" in found else {}

    words = page.until(coloured)
    assert "task" in words["Find me"]
    assert (
        "negative hard" in words['Nothing that mentions "C"']
    )  # cut right although an emoji stands before it
    assert "positive soft" in words["ideally about start-up"]
    assert page.one("#echo").get_attribute("textContent").rstrip("\u200b") == page.one(
        "#instruction"
    ).get_attribute("value")


def test_a_chip_lights_up_its_words_and_the_caret_lights_up_its_chip(page: Browser) -> None:
    page.open(NEED)
    page.driver.execute_script("arguments[0].focus()", page.one(".chip:nth-child(2) .polarity"))
    assert page.until(lambda: [w.text for w in page.all(".word.touched")]) == [
        'nothing that mentions "hooks"'
    ]
    page.type("#instruction", Keys.CONTROL + Keys.HOME)
    page.until(lambda: [c.get_attribute("data-text") for c in page.all(".chip.touched")] == page.chips()[:1])


def test_flipping_a_chip_changes_the_hits_and_the_program_that_ran(page: Browser) -> None:
    page.open(NEED)
    assert page.ran() and "P-2" not in page.hits()
    page.one(".chip .polarity").click()
    page.until(lambda: page.hits() == ["P-2"])
    assert page.program().startswith('want field(status = "Rejected")') and page.ran()
    sent = [json.loads(r["postData"]) for r in page.requests() if r["url"].endswith("/v1/search")]
    assert page.program() in [body["criteria"] for body in sent]


@pytest.mark.parametrize(
    ("control", "then"),
    [
        (".strength", lambda text: "disprefer" + text.removeprefix("avoid")),
        (".remove", lambda text: ""),
        (".toggle input", lambda text: ""),
    ],
)
def test_a_rule_made_a_wish_removed_or_switched_off_lets_its_documents_back(
    page: Browser, control: str, then: Callable[[str], str]
) -> None:
    page.open(NEED)
    first, *rest = page.chips()
    page.driver.execute_script("arguments[0].click()", page.one(f".chip {control}"))
    page.until(lambda: "P-2" in page.hits())
    assert page.program() == "\n".join(filter(None, [then(first), *rest]))


def test_what_was_removed_can_be_restored(page: Browser) -> None:
    page.open(NEED)
    before = page.chips()
    page.one(".chip .remove").click()
    page.until(lambda: "P-2" in page.hits())
    assert "unenforced" in (page.one("#echo .word").get_attribute("class") or "")
    page.one("#chips .gone button").click()
    page.until(lambda: "P-2" not in page.hits())
    assert page.chips() == before


def test_a_chip_is_edited_in_the_notation_and_a_mistake_is_explained(page: Browser) -> None:
    page.open(NEED)
    page.one(".chip .edit").click()
    page.type("input.notation", Keys.CONTROL + "a")
    page.type("input.notation", 'want field(status in ["Accepted", "Final"])' + Keys.ENTER)
    page.until(lambda: page.hits() and set(page.hits()) <= {"P-1", "P-3", "P-4"})
    assert "status is Accepted or Final" in page.text("#chips")

    page.one(".chip .edit").click()
    page.type("input.notation", '; avoid about("tea")' + Keys.ENTER)
    assert page.text(".complaint") == "One criterion on one line, without a comment."
    page.type("#query", " again")  # what else is drawn anew leaves the half-written text alone
    page.until(lambda: "again" in page.driver.current_url)
    assert (page.one("input.notation").get_attribute("value") or "").endswith('; avoid about("tea")')
    page.type("input.notation", Keys.CONTROL + "a")
    page.type("input.notation", 'want field(statsu = "Final")' + Keys.ENTER)
    page.until(lambda: page.text("#problem"))
    assert "There is no field 'statsu'" in page.text("#problem")
    assert not page.one("#answer").is_displayed(), "old hits would pass for an answer"
    assert [row for row in page.complaints() if "422" in row]  # the browser's own line about the refusal


def test_counts_say_which_rule_removed_how_many_and_one_click_relaxes(page: Browser) -> None:
    page.open({"q": "imports", "i": "only withdrawn ones"})
    assert page.text(".bars .count") == "7"
    assert "1 of them have no value" in page.text(".bars small")
    assert page.text(".chip .removed") == "−7"
    page.one(".soften").click()
    page.until(lambda: len(page.hits()) == 8)
    assert page.chips() == ['prefer field(status = "Withdrawn")']


def test_where_nothing_qualifies_the_smallest_relaxation_is_one_click_away(page: Browser) -> None:
    need = {"q": "imports", "add": json.dumps(['want field(status = "Final")', True])}
    page.open(need)
    page.one("#instruction").send_keys("only by Sue Grey" + Keys.ENTER)
    page.until(lambda: page.one("#nothing").is_displayed() and not page.hits())
    page.one(".relaxation").click()
    page.until(page.hits)
    assert any(chip.startswith("prefer") for chip in page.chips()) and page.ran()


def test_the_chart_tells_what_fell_and_why(page: Browser) -> None:
    page.open(NEED)
    page.until(lambda: page.all("#slope .side"))
    fell = {item.get_attribute("data-id"): item.text for item in page.all(".side.right li.rule")}
    assert set(fell) == {"P-2", "P-6"}
    assert fell["P-2"] == "1 status Rejected" and "hooks" in fell["P-6"]
    assert page.text("#slope figcaption") == "2 of the first ten fall out: all broke a rule."


def test_a_click_on_a_value_asks_for_it_then_refuses_it_then_lets_go(page: Browser) -> None:
    page.open({"q": "imports"})
    page.one('[data-field="status"] summary').click()
    final = '[data-focus="facet status Final"]'
    page.one(final).click()
    page.until(lambda: set(page.hits()) == {"P-3", "P-4"})
    page.one('[data-focus="facet status Accepted"]').click()
    page.until(lambda: page.program() == 'want field(status in ["Final", "Accepted"])')
    page.one(final).click()
    page.until(lambda: page.program() == 'want field(status = "Accepted")\navoid field(status = "Final")')
    page.one(final).click()
    page.until(lambda: page.program() == 'want field(status = "Accepted")')


def test_the_time_slider_hides_what_came_later(page: Browser) -> None:
    page.open({"q": "imports"})
    slider = page.one("#timeline input")
    page.driver.execute_script(
        "arguments[0].value = Number(arguments[0].min) + 1; arguments[0].dispatchEvent(new Event('change'))",
        slider,
    )
    page.until(lambda: page.hits() == ["P-6"])
    assert "as of 2003-01-06" in page.text("#chips .fixed"), "it runs, so it is shown"
    assert "as-of=2003-01-06" in page.driver.current_url


def test_relative_dates_move_with_the_day(page: Browser) -> None:
    page.open({"q": "imports", "i": "only from the last two years", "as-of": "2023-06-01"})
    page.until(lambda: any("2021-06-01" in chip for chip in page.chips()))
    slider = page.one("#timeline input")
    page.driver.execute_script(
        "arguments[0].value = Number(arguments[0].min) + 1; arguments[0].dispatchEvent(new Event('change'))",
        slider,
    )
    page.until(lambda: any("2001-01-06" in chip for chip in page.chips()))
    page.until(lambda: page.hits() == ["P-6"])


def test_a_documents_markup_is_shown_and_never_runs(page: Browser) -> None:
    page.open({"q": "lazy imports payloads", "i": 'ideally mentions "payloads"'})
    page.until(lambda: HOSTILE.id in page.hits())
    hit = next(hit for hit in page.all(".hit") if hit.get_attribute("data-id") == HOSTILE.id)
    assert hit.find_element("css selector", "h2").text == HOSTILE.title
    hit.find_element("css selector", "button.title").click()
    assert f"<script>{PWN}</script>" in hit.find_element("css selector", ".full .text").text
    assert not hit.find_elements("css selector", "img, script, a"), "a javascript: address is no link"
    page.one('[data-field="status"] summary').click()
    assert "<img" in page.text('[data-field="status"] ul')


def test_the_address_carries_the_whole_need(page: Browser) -> None:
    page.open(NEED)
    page.one(".chip .polarity").click()
    page.until(lambda: page.hits() == ["P-2"])
    there, shown = page.driver.current_url, (page.chips(), page.hits())
    page.driver.get("about:blank")
    page.driver.get(there)
    page.until(lambda: (page.chips(), page.hits()) == shown)
    assert page.one("#query").get_attribute("value") == NEED["q"]
    page.driver.execute_script("location.hash = 'q=council&change=nonsense&add=[1]'")
    page.until(lambda: page.hits()[:1] == ["P-5"] and page.chips() == [])


def test_everything_goes_by_keyboard(page: Browser) -> None:
    page.open(NEED)
    body = page.one("body")
    body.send_keys("/")
    assert page.driver.switch_to.active_element == page.one("#query")
    before = page.one(".hit")
    page.type("#query", " modules" + Keys.ENTER)
    page.until(lambda: staleness_of(before)(page.driver))
    page.type("#query", Keys.ARROW_DOWN)
    titles = page.all("button.title")
    assert page.driver.switch_to.active_element == titles[0]
    titles[0].send_keys(Keys.ARROW_DOWN)
    titles[1].send_keys(Keys.ENTER)
    assert titles[1].get_attribute("aria-expanded") == "true"
    titles[1].send_keys(Keys.ESCAPE)
    assert titles[1].get_attribute("aria-expanded") == "false"
    titles[1].send_keys(Keys.ARROW_UP)
    titles[0].send_keys(Keys.ARROW_UP)
    assert page.driver.switch_to.active_element == page.one("#query")


def test_examples_teach_and_run(page: Browser) -> None:
    page.open()
    assert len(page.all(".examples button")) == 3
    page.one(".examples button").click()
    page.until(page.chips)
    assert page.one("#instruction").get_attribute("value") and not page.one("#welcome").is_displayed()


def test_the_notation_of_the_page_is_that_of_the_library(page: Browser) -> None:
    page.open()
    texts = [
        'want field(status in ["A, \\"B\\"", "C"])',
        "avoid? form(has code)",
        'prefer about("want") unless mentions("x")',
    ]
    script = """const [texts, done] = arguments;
        import('./notation.js').then(({ flipped, otherStrength }) =>
          done(texts.map((text) => [flipped(text), flipped(flipped(text)), otherStrength(text)])))"""
    for text, (flipped, again, strength) in zip(
        texts, page.driver.execute_async_script(script, texts), strict=True
    ):
        (was,), (opposite,), (other,) = read(text), read(flipped), read(strength)
        assert again == text and opposite.what == was.what == other.what
        assert opposite.polarity != was.polarity and other.hard != was.hard
    made = page.driver.execute_async_script(
        """const done = arguments[0];
        import('./notation.js').then((n) => done([
          ["status", "keyword", ["a\\"b\\n", "ü"]], ["n", "number", ["3"]],
          ["has", "boolean", ["true"]], ["py x", "version", ["3.10", "3.9"]]].map(([name, type, values]) => {
            const text = n.fieldText("avoid", { name, type }, values);
            return [text, n.readField(text), { polarity: "avoid", name, values }];
          })))"""
    )
    for text, back, meant in made:
        assert back == meant
        (criterion,) = read(text)
        assert write_criterion(criterion).startswith("avoid field(")


@pytest.mark.parametrize("width", [1440, 900, 390])
def test_nothing_sticks_out_of_the_window(page: Browser, width: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        page.open(NEED)
        page.one("button.title").click()
        page.one("#facets details:last-child summary").click()
        page.until(lambda: page.one("#facets details:last-child ul").is_displayed())
        assert page.driver.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_server_with_tokens_asks_for_one_and_what_it_always_wants_is_a_chip(
    driver: webdriver.Chrome,
) -> None:
    with listening(application(Service(engine()), tokens=TOKENS)) as address:
        browser = Browser(driver, address)
        driver.get(address)
        browser.until(lambda: browser.one("#token").is_displayed())
        browser.type("#secret", "calm" + Keys.ENTER)
        browser.until(lambda: browser.text("#store") == "7 documents")
        browser.type("#query", "imports" + Keys.ENTER)
        browser.until(lambda: browser.hits() and browser.ran())
        assert browser.program() == 'avoid about("a C extension module")'
        assert any("401" in row for row in browser.complaints())
        browser.requests()  # they went to another server than the other tests speak of
