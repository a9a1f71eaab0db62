"""Every page in a real browser, at a desk and on a phone: its main path, and nothing that shuts anybody out.

What shuts people out is found by axe-core (npm, for tests only): WCAG 2.1 A and AA, light and dark.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from test_browser import VIOLATIONS, Served, _ours, live, pytestmark  # noqa: F401  # the mark counts here too

from tools.assets import TESTED

AXE = TESTED["axe-core/axe.min.js"]
SERIOUS = """async () => (await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] })).violations
    .filter((each) => ["serious", "critical"].includes(each.impact))
    .map((each) => each.id + ": " + each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | "))"""
DESK, PHONE = (1400, 900), (390, 844)
PAGES = ("/", "/wall", "/late", "/incidents", "/incidents/i1", "/incidents/i1?tab=alerts", "/incidents/i1?tab=asked",
         "/incidents/i1?tab=facts", "/incidents/i2?tab=fire", "/incidents/i1?tab=shelter", "/callouts/c1",
         "/people/p0001", "/journal", "/feeds", "/documents/d2", "/search?q=镇", "/phones",
         "/phones/%2B999100200301", "/open?q=镇", "/stations", "/report?q=镇", "/paste", "/fire-weather", "/shelters",
         "/shelters/e1", "/teams", "/teams/t1")


def _open(browser: Any, served: Served, size: tuple[int, int], scheme: str = "light") -> Any:
    """A browser with an officer in it, which notes what fails and what leaves the host."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN",
                                   base_url=served.url, color_scheme=scheme)
    context.add_cookies([{"name": "officer", "value": "o1", "url": served.url}])
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.add_init_script(VIOLATIONS)
    page.wrong = []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("console", lambda line: page.wrong.append(line.text) if _ours(line) else None)
    page.on("request", lambda request: page.wrong.append(request.url)
            if not request.url.startswith((served.url, "data:", "about:")) else None)
    return page


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def page(browser: Any, served: Served, request: Any) -> Iterator[Any]:
    opened = _open(browser, served, request.param)
    yield opened
    assert opened.wrong == []
    assert opened.evaluate("window.violations || []") == []
    opened.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_page_shuts_anybody_out_or_scrolls_sideways(
        browser: Any, served: Served, size: tuple[int, int], scheme: str) -> None:
    page = _open(browser, served, size, scheme)
    axe, found = AXE.read_text(), {}
    for path in PAGES:
        page.goto(path)
        live(page)
        page.evaluate(axe)
        rules = page.evaluate(SERIOUS)
        if page.evaluate("document.documentElement.scrollWidth") > size[0]:
            rules.append("scrolls sideways")
        if rules:
            found[path] = rules
    assert found == {}
    assert page.wrong == []
    page.context.close()


def test_the_phone_card_and_the_strip_shut_nobody_out(page: Any) -> None:
    page.goto("/people/p0001")
    live(page)
    page.check("#p-pick-c1")
    page.wait_for_selector("#hand .strip")
    page.click("#live [data-key=p]")
    page.wait_for_selector("#phone-card")
    page.evaluate(AXE.read_text())
    assert page.evaluate(SERIOUS) == []


def test_leaving_the_page_lets_the_robot_ring_again(page: Any, served: Served) -> None:
    page.goto("/people/p0001")
    live(page)
    page.keyboard.press("p")
    page.wait_for_selector("#phone-card")
    page.goto("/journal")
    live(page)
    assert ("close_card", "p0001", "o1") in served.hand.done


def test_gauges_are_shown_with_their_state(page: Any) -> None:
    page.goto("/stations")
    live(page)
    assert page.locator("table.list tbody tr").count() > 0
    assert page.locator(".spark").count() > 0


def test_a_caller_is_taken_down_and_the_right_ones_called(page: Any, served: Served) -> None:
    page.goto("/report")
    live(page)
    page.locator("#report-q").press_sequentially("羊亭")
    page.wait_for_selector("#report-places input[name=place]")
    page.fill("input[name=text]", "路基下沉半米")
    page.click("#report-form button[type=submit]")
    page.click("text=确认，立即叫应")
    page.wait_for_url("**/documents/d1")
    assert served.hand.done[-1][0] == "take_report"


def test_a_pasted_warning_is_shown_as_read_before_it_goes(page: Any, served: Served) -> None:
    page.goto("/paste")
    live(page)
    page.fill("textarea[name=text]", "市气象台发布暴雨红色预警")
    page.wait_for_selector("#pasted >> text=暴雨")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("#pasted button")
    page.wait_for_url("**/documents/d1")
    assert served.hand.done == [("paste", "市气象台发布暴雨红色预警", False, "o1")]


def test_fire_weather_shows_days_and_the_warnings_beside(page: Any) -> None:
    page.goto("/fire-weather")
    live(page)
    assert page.locator(".grade").count() > 0
    assert "森林火险" in page.inner_text("#live")


def test_a_shelter_is_opened_and_counted(page: Any, served: Served) -> None:
    page.goto("/shelters")
    live(page)
    page.click("table.list a >> nth=0")
    page.wait_for_selector("form [name=registered]")
    page.select_option("form [name=state]", "open")
    page.fill("form [name=registered]", "120")
    page.click("#live form button[type=submit]")
    page.wait_for_selector(".say.shown >> text=已登记")
    assert served.hand.done[-1][0] == "set_shelter"
    assert served.hand.done[-1][3:5] == (120, "o1")


def test_a_team_is_said_to_be_under_way(page: Any, served: Served) -> None:
    page.goto("/teams")
    live(page)
    page.click("table.list a >> nth=0")
    page.wait_for_selector("form [name=state]")
    page.select_option("form [name=state]", "under_way")
    page.click("#live form button[type=submit]")
    page.wait_for_selector(".say.shown >> text=已登记")
    assert served.hand.done[-1][0] == "set_team"
