"""What the pages promise, seen without eyes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Console
from lxml import html

from dutydesk.domain.records import State
from dutydesk.web.desk import HERE
from dutydesk.web.words import TABLES

PAGES = ("/", "/wall", "/late", "/incidents", "/incidents/i1", "/incidents/i1?tab=alerts", "/incidents/i1?tab=asked",
         "/incidents/i1?tab=calls", "/incidents/i1?tab=facts", "/incidents/i1?tab=tasks", "/incidents/i1?tab=journal",
         "/incidents/i2?tab=fire", "/fire-weather",
         "/callouts/c1", "/people/p0001", "/journal", "/feeds", "/documents/d2", "/search?q=镇", "/phones",
         "/phones/+999100200301", "/open?q=镇", "/stations", "/report", "/report?q=镇", "/incidents/i1?tab=readings",
         "/incidents/i1?tab=shelter", "/shelters", "/shelters?show=unsafe",
         "/shelters/e1", "/teams", "/teams?level=village", "/teams/t1", "/paste")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_whole_and_as_a_living_part(console: Console, path: str) -> None:
    whole = console.client.get(path)
    assert whole.status_code == 200
    assert html.fromstring(whole.text).get_element_by_id("clock").text == "03:21:07"
    part = console.client.get(path, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert html.fragment_fromstring(part.text.strip()).get("id") == "live"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_asks_for_anything_outside_or_inline(console: Console, path: str) -> None:
    answer = console.client.get(path)
    page = html.fromstring(answer.text)
    for link in (*page.xpath("//@src"), *page.xpath("//link/@href")):
        assert link.startswith("/static/"), link
    assert not page.xpath("//script[not(@src)]|//style|//@style|//@onclick")
    assert "'unsafe" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", PAGES)
def test_every_field_has_a_name_for_ears_and_every_id_is_single(console: Console, path: str) -> None:
    page = html.fromstring(console.client.get(path).text)
    labelled = set(page.xpath("//label/@for"))
    for field in page.xpath("//input[not(@type='hidden')]|//select|//textarea"):
        named = field.get("aria-label") or field.get("id") in labelled or field.xpath("ancestor::label")
        assert named, html.tostring(field)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids)), sorted(each for each in ids if ids.count(each) > 1)


def test_grades_and_warnings_are_two_series_on_one_page(console: Console) -> None:
    page = html.fromstring(console.client.get("/fire-weather").text)
    cells = [" ".join(cell.text_content().split()) for cell in page.xpath("//tr[@id='g-371002']/td")]
    assert cells == ["2 较低 16.0", "4 高 32.0", "5 极高 40.0"]
    assert page.xpath("string(//th[@aria-current='date'])") == "07-20今天"
    assert "森林火险黄色预警" in page.text_content()


def test_only_a_fire_has_a_record_of_one(console: Console) -> None:
    page = html.fromstring(console.client.get("/incidents/i2?tab=fire").text)
    assert "里口山" in page.get_element_by_id("w-w1").text_content()
    assert "须于 07-20 05:00 前报回" in " ".join(page.get_element_by_id("w-w1").text_content().split())
    assert "无火" in page.get_element_by_id("w-w2").text_content()
    assert [each.text for each in page.xpath("//select[@name='state']/option")] == [
        "起火", "发现", "出动", "到场", "控制", "明火扑灭", "看守", "验收", "复燃"]
    assert "火情" not in html.fromstring(console.client.get("/incidents/i1?tab=fire").text).xpath(
        "string(//nav[@class='tabs'])")


@pytest.mark.parametrize("path", ["/incidents/none", "/callouts/none", "/people/nobody", "/documents/none",
                                  "/phones/+1", "/shelters/none", "/teams/none"])
def test_what_is_not_there_is_said_so_and_not_found(console: Console, path: str) -> None:
    answer = console.client.get(path)
    assert answer.status_code == 404
    assert "没有" in answer.text


def test_the_board_unfolds_and_folds_again_where_it_was_clicked(console: Console) -> None:
    county = "i1:371003"
    opened = console.client.get("/", params={"flip": county}, headers={"HX-Request": "true"}).text
    assert "文登营镇" in opened
    town = console.client.get("/", params={"open": county, "flip": "i1:371003100"},
                              headers={"HX-Request": "true"}).text
    page = html.fragment_fromstring(town.strip())
    assert page.xpath("//input[@name='open']/@value") == ["", county, "i1:371003100"]
    assert len(page.xpath("//*[@id='c-i1-371003100']//input[@name='callout']")) == 7
    folded = console.client.get("/", params={"open": [county, "i1:371003100"], "flip": county},
                                headers={"HX-Request": "true"}).text
    assert "文登营镇</span>" not in folded


def test_the_wall_unfolds_where_somebody_is_silent_and_nowhere_else(console: Console) -> None:
    for row in console.views.rows.values():
        if row.place.startswith("371003"):
            console.views.rows[row.id] = replace(row, state=State.ANSWERED, awaits="act", unreachable=False)
    page = html.fromstring(console.client.get("/wall").text)
    names = page.xpath("//tbody[starts-with(@id, 'r-i1-')]/@id")
    assert "r-i1-371002100" in names
    assert "r-i1-371003100" not in names


@pytest.mark.parametrize(("path", "group"), [
    ("/", "总览"), ("/incidents/i1", "事件"), ("/callouts/c1", "事件"), ("/open", "启动"), ("/fire-weather", "监测"),
    ("/teams/t1", "资源"), ("/documents/d2", "监测"), ("/people/p0001", None)])
def test_the_head_says_to_which_group_a_page_belongs(console: Console, path: str, group: str | None) -> None:
    page = html.fromstring(console.client.get(path).text)
    marked = [each.text for each in page.xpath("//nav[@class='nav']/a[@aria-current]")]
    assert marked == ([group] if group else [])


def test_received_text_is_never_taken_for_markup(console: Console) -> None:
    answer = console.client.get("/documents/d2")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def test_a_raw_document_is_saved_as_it_came_and_never_shown_as_a_page(console: Console) -> None:
    answer = console.client.get("/documents/d2/raw")
    assert answer.content == b"<html><script>alert(1)</script>\xff"
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert console.client.get("/documents/none/raw").status_code == 404


def test_the_sources_say_who_is_silent_how_fast_how_far_and_how_well(console: Console) -> None:
    text = html.fromstring(console.client.get("/feeds").text).text_content()
    for said in ("中断", "the server answered 503", "中位 01:35", "61/72 处", "无误 93%", "不发解除", "待取 2",
                 "未取到 1"):
        assert said in text


def test_a_late_warning_shows_both_times_where_it_is_read(console: Console) -> None:
    for path, said in (("/", "02:14 发布，03:10 收到"), ("/incidents/i1", "02:14 发布，03:10 收到"),
                       ("/incidents/i1?tab=alerts", "03:00 发布，03:52 收到")):
        assert said in html.fromstring(console.client.get(path).text).text_content(), path


def test_a_quiet_night_says_so_and_rings_nothing(console: Console) -> None:
    console.views.quiet = True
    page = html.fromstring(console.client.get("/").text)
    assert page.get_element_by_id("alarms").get("data-untaken") == "0"
    assert "平静" in page.text_content()


def test_times_are_shown_in_the_zone_of_the_site(console: Console) -> None:
    page = html.fromstring(console.client.get("/").text)
    assert page.body.get("data-zone") == "480"
    assert page.get_element_by_id("date").text == "2021-07-20 周二"


def test_a_drill_is_marked_wherever_it_shows(console: Console) -> None:
    page = html.fromstring(console.client.get("/").text)
    drill = page.get_element_by_id("i-i2")
    assert drill.xpath(".//*[@class='kind']")[0].text == "演练"


def test_every_state_is_told_by_shape_and_word_not_by_colour_alone(console: Console) -> None:
    page = html.fromstring(console.client.get("/incidents/i1?tab=asked").text)
    for state in page.xpath("//td/span[starts-with(@class,'state ')]"):
        assert state.xpath("./*[name()='svg']"), html.tostring(state)
        assert state.text_content().strip() in TABLES["state"].values()


def test_alert_colours_dress_nothing_but_alerts() -> None:
    css = (HERE / "static" / "console.css").read_text()
    allowed = re.compile(r"^(:root|:root\.dark|\.colour\.|\.alarm\.|#map)")
    for rule in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
        if re.search(r"var\(--(red|orange|yellow|blue)", rule[1]):
            assert allowed.match(rule[0].split("*/")[-1].strip()), rule[0]


def test_the_stylesheet_keeps_to_what_chromium_86_knows() -> None:
    for path in (HERE / "static").glob("*.css"):
        css = path.read_text()
        for young in (":has(", ":is(", ":where(", "@layer", "@container", "color-mix", "inset:", "aspect-ratio",
                      "accent-color", "dvh", "text-wrap"):
            assert young not in css, f"{young} in {path.name}"


def test_scripts_keep_to_what_chromium_86_knows() -> None:
    for path in (HERE / "static").glob("*.js"):
        script = path.read_text()
        for young in (".at(", "structuredClone", "Object.hasOwn", ".findLast", "toSorted", "replaceAll(", "static {"):
            assert young not in script, f"{young} in {path.name}"


def luminance(colour: str) -> float:
    """WCAG 2.1 relative luminance of `#rrggbb` or `#rgb`."""
    digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
    parts = [int(digits[at:at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def palettes() -> dict[str, dict[str, str]]:
    css = (HERE / "static" / "console.css").read_text()
    found = dict(re.findall(r"(:root(?:\.dark)?) \{([^}]*)\}", css))
    read = {name: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", body)) for name, body in found.items()}
    return {"light": read[":root"], "dark": read[":root"] | read[":root.dark"]}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), [
    ("ink", "paper"), ("ink", "ground"), ("soft", "paper"), ("soft", "ground"), ("soft", "hover"), ("faint", "paper"),
    ("faint", "hover"),
    ("strong-ink", "strong"), ("red-ink", "red"), ("orange-ink", "orange"), ("yellow-ink", "yellow"),
    ("blue-ink", "blue")])
def test_every_pair_of_colours_reads_at_wcag_aa(theme: str, ink: str, ground: str) -> None:
    palette = palettes()[theme]
    light, dark = sorted((luminance(palette[ink]), luminance(palette[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_map_gets_boundaries_once_and_changes_often(console: Console) -> None:
    first = console.client.get("/map/outlines.json")
    assert first.json()["type"] == "FeatureCollection"
    again = console.client.get("/map/outlines.json", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    state = console.client.get("/map/i1.json").json()
    assert state["colours"]["371002100"] == "red"
    assert len(state["dots"]) == 56


def test_the_console_answers_to_loopback_names_only(console: Console) -> None:
    assert console.client.get("/", headers={"Host": "desk.example.org"}).status_code == 400


def test_templates_never_switch_escaping_off() -> None:
    for path in (HERE / "templates").glob("*.html"):
        assert "|safe" not in path.read_text(), path.name
        assert "autoescape false" not in path.read_text(), path.name


def test_every_template_is_reached_by_a_page() -> None:
    names = {path.name for path in Path(HERE / "templates").glob("*.html")}
    told = "".join(path.read_text() for path in (*HERE.glob("*.py"), *Path(HERE / "templates").glob("*.html")))
    for name in names:
        stem = name.removesuffix(".html").removesuffix(".live")
        assert f'"{stem}"' in told or name in told or stem.startswith("incident_"), name
