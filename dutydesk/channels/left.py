"""Whether a request that failed surely never left, where a library of others made it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import requests
from urllib3.exceptions import NewConnectionError


def never_left(error: BaseException) -> bool:
    """Tell whether no connection was ever made: nobody listens, the name is unknown, the certificate is not trusted.

    Looks through everything the error was made of, for libraries pack it up several times.
    """
    return any(isinstance(each, requests.ConnectTimeout | NewConnectionError | ssl.SSLCertVerificationError)
               for each in _all(error, set()))


def _all(error: BaseException | None, seen: set[int]) -> Iterator[BaseException]:
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield error
    inside = (error.__cause__, error.__context__, getattr(error, "reason", None),
              getattr(error, "inner_exception", None), *error.args)
    for each in inside:
        if isinstance(each, BaseException):
            yield from _all(each, seen)
