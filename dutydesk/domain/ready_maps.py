"""Ready mappings of tables of measurements, written as dutydesk.toml would write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MEASURE = ("measure", "measure.@id", "latestReading.measure", "notation", "@id")
_STATION = r"(?:measures/|^)([^/]+?)-(?:level|rainfall|flow|temperature|wind)-"
_KIND = r"-(level-downstage|level-tidal_level|level|rainfall|flow|temperature)-"


def _in_measure(pattern: str) -> list[dict[str, str]]:
    """The same part of the name of a measure, wherever the answer has it."""
    return [{"field": each, "pattern": pattern} for each in _MEASURE]


READY: Mapping[str, Mapping[str, Any]] = {
    # UK Environment Agency, flood-monitoring API 0.9: /data/readings, /id/measures, /id/stations. The measure's name
    # tells all: 1491TH-level-stage-i-15_min-mASD, E7050-rainfall-tipping_bucket_raingauge-t-15_min-mm.
    "uk-ea": {
        "rows": ["items", "measures?"],
        "station": ["stationReference", *_in_measure(_STATION)],
        "name": ["label"],
        "lon": ["long"],
        "lat": ["lat"],
        "time": ["latestReading.dateTime", "dateTime"],
        "value": ["latestReading.value", "value"],
        "what": _in_measure(_KIND),
        "kinds": {
            "level": {"what": "level", "unit": "m"},
            "level-tidal_level": {"what": "level-tide", "unit": "m"},
            "level-downstage": {"what": "level-downstream", "unit": "m"},
            "rainfall": {"what": "rain", "unit": "mm", "period": _in_measure(r"-(\d+_(?:min|h|hour|day))s?-")},
            "flow": {"what": "flow", "unit": _in_measure(r"-([a-z0-9]+(?:_[a-z0-9]+)?)$")},
            "temperature": {"what": "temperature", "unit": "°C"},
        },
        "missing": ["[]"],
    },
    # USGS water services, instantaneous values, format=json. Parameter codes: 00060 discharge, 00065 gage height,
    # 00045 precipitation in the recording interval, which most stations have set to a quarter of an hour.
    "usgs": {
        "rows": ["value.timeSeries", "values", "value"],
        "station": "sourceInfo.siteCode.0.value",
        "name": "sourceInfo.siteName",
        "lon": "sourceInfo.geoLocation.geogLocation.longitude",
        "lat": "sourceInfo.geoLocation.geogLocation.latitude",
        "time": "dateTime",
        "value": "value",
        "no_data": "variable.noDataValue",
        "what": "variable.variableCode.0.value",
        "kinds": {
            "00045": {"what": "rain", "unit": "in", "period": "15m"},
            "00060": {"what": "flow", "unit": "ft3/s"},
            "00065": {"what": "level", "unit": "ft"},
            "00062": {"what": "level-reservoir", "unit": "ft"},
            "00010": {"what": "temperature", "unit": "°C"},
        },
        "missing": ["Eqp", "Ice", "Bkw", "Mnt", "Rat", "Dis", "Tst", "Zfl", "Ssn", "***"],
        "quality": "qualifiers.0",
    },
    # SL 323-2011, the tables of every Chinese real-time rain and water database: ST_PPTN_R (DRP in INTV, written
    # hours.minutes), ST_RIVER_R (Z, Q), ST_RSVR_R (RZ, INQ, OTQ). Times are Beijing time without a zone.
    "sl323": {
        "rows": ["data?", "list?", "rows?"],
        "station": "STCD",
        "name": "STNM",
        "lon": "LGTD",
        "lat": "LTTD",
        "time": "TM",
        "values": [
            {"field": "DRP", "what": "rain", "unit": "mm", "period": ["INTV", "=1.00"], "period_unit": "hh.nn"},
            {"field": ["Z", "RZ"], "what": "level", "unit": "m"},
            {"field": "Q", "what": "flow", "unit": "m3/s"},
            {"field": "INQ", "what": "inflow"},
            {"field": "OTQ", "what": "outflow"},
        ],
    },
}

SIGNS: Mapping[str, str] = {"usgs": "timeSeries", "uk-ea": "environment.data.gov.uk/flood-monitoring", "sl323": "STCD"}
"""The word by which a document is known where its source names no mapping, in any case of letters."""
