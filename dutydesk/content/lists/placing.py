"""Which place of the site a row speaks of: villages inside their town, codes and names against each other."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dutydesk.domain.folding import fold
from dutydesk.domain.gazetteer import plain_name
from dutydesk.domain.site import Place, Site

_BLANK = re.compile(r"[\s·.]+")
_ENDING = re.compile(r"(?:村民委员会|居民委员会|村委会|居委会|委员会|社区|村|居)$")
_TOWN_ENDING = re.compile(r"(?:街道办事处|街道办|街道|办事处|镇政府|镇|乡)$")


@dataclass(frozen=True, slots=True)
class Found:
    """The place, or why there is none."""

    place: str = ""
    trouble: str = ""


class Placing:
    """Finds places of one site by the names and codes that offices write."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._towns = [place for place in site.places.values() if place.kind == "town"]
        self._counties = [place for place in site.places.values() if place.kind == "county"]

    def county(self, name: str) -> Found:
        """A county by its name, with or without 区 or 市 and what stands in brackets."""
        return _one(self._counties, name, _county_key, "区市")

    def town(self, name: str, county: str = "") -> Found:
        """A town by its name, inside its county where that is known."""
        inside = [town for town in self._towns if not county or county in town.parents]
        found = _one(inside, name, _town_key, "镇街")
        if not found.place and county and _one(self._towns, name, _town_key, "").place:
            return Found(trouble=f"{self.site.places[county].name}没有{name}，别的区市有，请核对")
        return found

    def village(self, name: str, town: str) -> Found:
        """A village by its name, inside its town only: many villages of a city share a name."""
        below = [self.site.places[id] for id in self.site.children.get(town, ())
                 if self.site.places[id].kind == "village"]
        found = _one(below, name, _village_key, "村")
        if not found.place and found.trouble:
            return Found(trouble=f"{self.site.places[town].name}{found.trouble}")
        return found

    def coded(self, code: str) -> Found:
        """A place by its area code of 6, 9 or 12 digits, zeros behind it or not."""
        for length in (12, 9, 6):
            bare = code[:length]
            if code[length:].strip("0") == "" and bare in self.site.places:
                return Found(bare)
        return Found(trouble=f"没有代码为{code}的地方")

    def town_of(self, place: str) -> str:
        """The town a place is or lies in; empty where there is none."""
        known = self.site.places.get(place)
        chain = (known, *self.site.ancestors(place)) if known else ()
        return next((each.id for each in chain if each and each.kind == "town"), "")

    def towns_in(self, text: str) -> set[str]:
        """The towns whose full names stand in a title, a sheet's name or a file's name; of namesakes those whose
        county stands there too.
        """
        folded = fold(text)
        named = [town for town in self._towns if fold(town.name) in folded]
        longest = [town for town in named
                   if not any(town.name != other.name and town.name in other.name for other in named)]
        with_county = [town for town in longest
                       if any(_county_key(county.name) in folded for county in self._counties
                              if county.id in town.parents)]
        return {town.id for town in with_county or longest}

    def is_inside(self, place: str, above: str) -> bool:
        """Whether a place is, or lies below, another."""
        return place == above or any(each.id == above for each in self.site.ancestors(place))


def _one(places: Iterable[Place], name: str, key: Callable[[str], str], what: str) -> Found:
    """The only place of that name: written the same, else with another ending; names close to it are suggested."""
    known = list(places)
    bare = _BLANK.sub("", fold(name))
    same = [place for place in known if _BLANK.sub("", fold(place.name)) == bare]
    alike = same or [place for place in known if key(place.name) == key(name)]
    if len(alike) == 1:
        return Found(alike[0].id)
    if alike:
        return Found(trouble=f"有{len(alike)}个{what}叫{name}")
    near = difflib.get_close_matches(bare, [place.name for place in known], 3, 0.5)
    return Found(trouble=f"没有叫{name}的{what}" + (f"，是不是{'、'.join(near)}？" if near else ""))


def _village_key(name: str) -> str:
    return _ENDING.sub("", plain_name(_BLANK.sub("", fold(name))))


def _town_key(name: str) -> str:
    return _TOWN_ENDING.sub("", _BLANK.sub("", fold(name)))


def _county_key(name: str) -> str:
    bare = re.sub(r"[(（].*?[)）]", "", _BLANK.sub("", fold(name)))
    return re.sub(r"^威海|(?:市|区|县)$", "", bare)
