"""The one table of what every route asks for. A route that is not here opens for nobody who must log in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dutydesk.domain.access import Permission, UserRole

P = Permission
_LOOK = ("/", "/wall", "/alarms", "/late", "/incidents", "/incidents/{id}", "/callouts/{id}", "/fire-weather",
         "/search", "/shelters", "/shelters/{id}", "/teams", "/teams/{id}", "/stations", "/map/outlines.json",
         "/map/{incident}.json", "/events", "/command", "/command/worker.js", "/command/base.json",
         "/command/state.json", "/geo/{layer}.geojson")
_ACT = ("/alarms/{incident}/take", "/hand", "/hand/answer", "/hand/again", "/hand/skip", "/hand/add", "/hand/write-off",
        "/fires/{id}/verify", "/incidents/{id}/fire", "/documents/{hash}/{what:str}", "/open", "/open/preview",
        "/report", "/report/preview", "/paste", "/paste/read", "/shelters/{id}", "/teams/{id}", "/cards",
        "/cards/{person}/keep", "/cards/{person}/close", "/cards/{person}/number", "/phones/{number}/pick-up",
        "/phones/{number}/press", "/phones/{number}/reply", "/phones/{number}/hang-up")
_END = ("/incidents/{id}/stand-down", "/incidents/{id}/correct", "/incidents/{id}/lift",
        "/incidents/{id}/confirm/{what:str}", "/command/orders")

RULES: Final[Mapping[tuple[str, str], Permission]] = {
    **{("GET", path): P.LOOK for path in _LOOK},
    **{("POST", path): P.ACT for path in _ACT},
    **{("POST", path): P.END for path in _END},
    **{("GET", path): P.ACT for path in ("/open", "/report", "/paste", "/phones", "/phones/{number}",
                                         "/cards/{person}")},
    **{("GET", path): P.PEOPLE for path in ("/people/{id}", "/photos/{name}", "/journal", "/tables/{name}")},
    **{("GET", path): P.SOURCES for path in ("/feeds", "/documents/{hash}", "/settings")},
    **{("GET", path): P.EXPORT for path in ("/map/export", "/documents/{hash}/raw", "/callsheet")},
    **{("GET", path): P.CONTENT for path in ("/lists", "/lists/{token}", "/lists/{token}/marked/{number:int}")},
    **{("POST", path): P.CONTENT for path in ("/lists", "/lists/undo", "/lists/{token}")},
    **{("GET", path): P.OPEN for path in ("/static", "/login", "/cap/index.atom", "/cap/{id}.xml")},
    ("POST", "/login"): P.OPEN,
    ("POST", "/officer"): P.SELF,
    ("POST", "/logout"): P.SELF,
    ("GET", "/users"): P.ACCOUNTS,
    ("GET", "/audit"): P.AUDIT,
}
"""(method, path of the route) -> what it asks for."""

NOTED: Final[Mapping[tuple[str, str], str]] = {
    ("GET", "/map/export"): "export",
    ("GET", "/documents/{hash}/raw"): "export",
    ("GET", "/callsheet"): "export",
    ("GET", "/tables/{name}"): "numbers_seen",
    ("GET", "/lists/{token}/marked/{number:int}"): "export",
    ("GET", "/people/{id}"): "numbers_seen",
    ("GET", "/cards/{person}"): "numbers_seen",
    ("POST", "/cards"): "numbers_seen",
    ("GET", "/audit"): "audit_seen",
}
"""Routes whose every use stands in the audit, and as what."""

HOME: Final[Mapping[UserRole, str]] = {UserRole.SYSTEM: "/users", UserRole.SECURITY: "/users", UserRole.AUDIT: "/audit"}
"""Where a role begins that has no board."""


def needed(method: str, path: str) -> Permission | None:
    """Return what a route asks for, None for one that nobody gave a place in the table."""
    return RULES.get(("GET" if method == "HEAD" else method, path))
