"""What pages of the console may load: nothing but what the desk itself serves, and pictures of hosts named here."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit


def policy(pictures: Iterable[str] = ()) -> str:
    """Return the Content-Security-Policy; `pictures` are addresses whose hosts may serve pictures."""
    parts = [urlsplit(each) for each in pictures]
    hosts = "".join(f" {each}" for each in dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts))
    return (f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:{hosts}; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
