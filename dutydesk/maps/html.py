"""One HTML file that needs no network, made by folium: Leaflet, our drawing, styles and data are all inside.

Boundaries and areas are folium `GeoJson`. Points are one canvas for each layer (`Grains`): a `Marker` is an element of
the page, and 50,000 of them take a minute. The page forbids itself every request by its own Content-Security-Policy.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import shapely
from shapely.geometry.base import BaseGeometry

from dutydesk.errors import Refused
from dutydesk.maps.picture import Feature, Layer, Picture

if TYPE_CHECKING:
    import folium

_STATIC = Path(__file__).parent / "static"
_POLICY = ("default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
           "base-uri 'none'; form-action 'none'")
_DIGITS = 5                 # decimals of a degree: a metre
_AREAS = ("Polygon", "MultiPolygon", "LineString", "MultiLineString")
_OPENING = re.compile(r"\{(?=[{%#])")    # what Jinja would take for its own
_PATTERN = "url(images/"    # what Leaflet's style sheet would ask for


def page(picture: Picture, leaflet_js: str, grains_js: str, leaflet_css: str) -> bytes:
    """Draw a picture; `leaflet_js` and `leaflet_css` are the texts of Leaflet 1.9, `grains_js` draws points.

    Raises Refused where folium is not installed.
    """
    try:
        import folium
    except ImportError as error:
        raise Refused("maps need folium: pip install dutydesk[maps]; other formats (--format) do without") from error

    west, south, east, north = picture.bounds
    drawn = folium.Map(tiles=None, prefer_canvas=True, zoom_control=False, attributionControl=False, zoomSnap=0.25,
                       min_zoom=7, max_zoom=17, location=[(south + north) / 2, (west + east) / 2], zoom_start=9)
    drawn.default_js = drawn.default_css = []      # everything it links to by itself lies on other hosts
    legend = []
    for layer in picture.layers:
        legend.append(_layer(drawn, layer) | {"key": layer.key, "word": layer.word, "shown": layer.shown,
                                              "count": len(layer.features), "styles": _styles(layer)})
    _finish(drawn, picture, legend)
    _head(drawn, picture, leaflet_js, grains_js, leaflet_css)
    html: str = drawn.get_root().render()
    return html.encode()


def _styles(layer: Layer) -> list[dict[str, str]]:
    """Return the lines of the legend: those of a layer that some feature wears."""
    worn = {each.style for each in layer.features}
    return [{"word": style.word, "shape": style.shape, "paint": style.paint}
            for key, style in layer.styles.items() if key in worn]


def _layer(drawn: folium.Map, layer: Layer) -> dict[str, Any]:
    """Add a layer to the map; return the names of the variables it became."""
    areas = [each for each in layer.features if each.geometry.geom_type in _AREAS]
    points = [each for each in layer.features if each.geometry.geom_type not in _AREAS]
    made = []
    if areas:
        made.append(_areas(drawn, layer, areas))
    if points:
        made.append(_grains(drawn, layer, points))
    return {"variables": made, "lines": [each.lines for each in areas]}


def _areas(drawn: folium.Map, layer: Layer, features: list[Feature]) -> str:
    import folium

    collection = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"i": number, "s": layer.styles[each.style].shape,
                                           "p": layer.styles[each.style].paint, "c": _middle(each.geometry)},
         "geometry": shapely.geometry.mapping(shapely.set_precision(each.geometry, 10 ** -_DIGITS))}
        for number, each in enumerate(features)]}
    shape = folium.GeoJson(collection, control=False, show=False, style_function=None,
                           interactive=any(len(each.lines) > 1 for each in features))
    shape.add_to(drawn)
    name: str = shape.get_name()
    return name


def _middle(geometry: BaseGeometry) -> list[float]:
    """Return where the name of an area stands: latitude and longitude of a point in its largest part."""
    largest = max(shapely.get_parts(geometry), key=lambda part: part.area)
    point = largest.centroid if largest.contains(largest.centroid) else largest.representative_point()
    return [round(point.y, _DIGITS), round(point.x, _DIGITS)]


def _grains(drawn: folium.Map, layer: Layer, features: list[Feature]) -> str:
    styles = list(layer.styles)
    texts = {text: number for number, text in enumerate(dict.fromkeys(
        line for each in features for line in each.lines[1:]))}
    rows = []
    for each in features:
        point = each.geometry.representative_point()
        rows.append([round(point.y, _DIGITS), round(point.x, _DIGITS), styles.index(each.style), each.lines[0],
                     *(texts[line] for line in each.lines[1:])])
    stamps = [[style.shape, style.paint] for style in layer.styles.values()]
    data = {"rows": rows, "texts": list(texts), "styles": stamps}
    return _element(drawn, "Grains", "var {{ this.get_name() }} = dutydesk.grains({{ this.data }});", data=_inert(data))


def _finish(drawn: folium.Map, picture: Picture, legend: list[dict[str, Any]]) -> None:
    """Add what stands on the map: title, time, legend, scale, north, whose data."""
    west, south, east, north = picture.bounds
    local = picture.at.astimezone(ZoneInfo(picture.timezone))
    told = {"title": picture.title, "subtitle": picture.subtitle, "time": f"{local:%H:%M}",
            "day": f"{local:%Y-%m-%d} 周{'一二三四五六日'[local.weekday()]}", "approval": picture.approval,
            "attribution": picture.attribution, "notes": list(picture.notes), "legend": legend,
            "bounds": [[south, west], [north, east]]}
    _element(drawn, "Frame",
             "dutydesk.frame({{ this._parent.get_name() }}, {{ this.told }}, "
             "{ {% for each in this.names %}{{ each }}: {{ each }}, {% endfor %} });",
             told=_inert(told), names=[name for each in legend for name in each["variables"]])


def _inert(data: object) -> str:
    """Return JSON that can stand in a script of a folium page and is nothing but data there.

    folium renders what it wrote once more as a Jinja template: a place called `{{ ... }}` would be carried out, and
    `</script>` would end the script. In JSON such pairs of characters occur in texts only, where they can be escaped.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return _OPENING.sub(r"\\u007b", text).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace(
        "\u2029", "\\u2029")


def _element(drawn: folium.Map, name: str, script: str, **values: object) -> str:
    """Add an element of our own to a folium map: a line of script with values; return the variable it may set."""
    from folium import MacroElement
    from folium.template import Template

    made: Any = MacroElement()  # type: ignore[no-untyped-call]
    made._name = name
    made._template = Template(f"{{% macro script(this, kwargs) %}}{script}{{% endmacro %}}")
    for key, value in values.items():
        setattr(made, key, value)
    made.add_to(drawn)
    return str(made.get_name())


def _head(drawn: folium.Map, picture: Picture, leaflet_js: str, grains_js: str, leaflet_css: str) -> None:
    """Put scripts and styles into the head, the policy first."""
    from branca.element import Element
    from markupsafe import escape

    root: Any = drawn.get_root()
    style = leaflet_css.replace(_PATTERN, "url(data:,") + (_STATIC / "map.css").read_text(encoding="utf-8")
    script = leaflet_js.replace("</script", "<\\/script") + grains_js + (_STATIC / "map.js").read_text(encoding="utf-8")
    parts = [f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
             f"<title>{escape(f'{picture.title} · {picture.subtitle}').replace('{', '&#123;')}</title>",
             f"<style>{style}</style>", f"<script>{script}</script>"]
    for number, part in enumerate(parts):
        root.header.add_child(Element("{% raw %}" + part + "{% endraw %}"), name=f"dutydesk_{number}", index=number)
