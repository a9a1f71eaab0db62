"""Every error this program raises on purpose.

    DutydeskError
    ├── UsageError              exit 2: the command was called wrongly
    ├── Refused                 exit 3: the system will not do it, and says why
    ├── Faulty                  exit 1: the input has faults (carries them)
    ├── DocumentError           a received document cannot be read; it is kept and shown
    │   ├── TooLarge            bigger than the limit for its kind
    │   ├── Dangerous           XML bombs, external entities, doctype tricks
    │   ├── NotWellFormed       no XML, or cut off
    │   ├── NotCap              XML, but no warning in it
    │   ├── WrongFormat         well-formed, but not what its source's kind reads
    │   └── Declined            the source answered with a refusal instead of warnings
    ├── FetchFailed             a document could not be fetched; it is tried again
    ├── SendError               a channel could not hand a message over
    │   └── Barred              this house will not send it, whatever the number
    ├── BadLink                 (domain.links) a signed link opens nothing: changed, of another purpose, or over
    └── Conflict                another worker changed the row first

It must not import anything of dutydesk: every layer raises these.
"""

from __future__ import annotations

from collections.abc import Sequence


class DutydeskError(Exception):
    """Root of the tree; the text is a sentence that says what to do."""

    exit_code = 3


class UsageError(DutydeskError):
    """The command line was called in a way that cannot work."""

    exit_code = 2


class Refused(DutydeskError):
    """The system refuses: doing it would break a promise."""


class NoDatabase(Refused):
    """There is no database yet: nothing was ever loaded or run here."""


class Faulty(DutydeskError):
    """The input has faults; `faults` are the lines to print, each `file:line: what and what to do`."""

    exit_code = 1

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


class DocumentError(DutydeskError):
    """A received document cannot be read; the bytes are kept and an officer sees why."""

    exit_code = 1
    name = "document"


class TooLarge(DocumentError):
    """The document is larger than its source may send."""

    name = "too-large"


class Dangerous(DocumentError):
    """The document carries an entity bomb, an external entity or a doctype that reaches outside."""

    name = "dangerous"


class NotWellFormed(DocumentError):
    """The document is not well-formed XML or JSON, or was cut off."""

    name = "not-well-formed"


class NotCap(DocumentError):
    """The document is XML, but its root is no CAP alert."""

    name = "not-cap"


class WrongFormat(DocumentError):
    """The document is well-formed, but not in the format its source is set to."""

    name = "wrong-format"


class Declined(DocumentError):
    """The source answered with an error of its own, such as a wrong key; that is no empty list of warnings."""

    name = "declined"


class FetchFailed(DutydeskError):
    """A document could not be fetched whole; nothing of it may be taken for an answer.

    `retry_after` is how many seconds the server wants to be left alone, None where it did not say. `beginning` is what
    is kept of an answer that was too large. `refused`: the server is well and will not give this one document.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, beginning: bytes = b"",
                 refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused
        self.retry_after = retry_after
        self.beginning = beginning


class SendError(DutydeskError):
    """A channel could not hand the message over; `permanent` means trying again cannot help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class Throttled(SendError):
    """The service takes no more for now; `wait` is how many seconds it is to be left alone."""

    def __init__(self, message: str, *, wait: float) -> None:
        super().__init__(message, permanent=False)
        self.wait = wait


class Barred(SendError):
    """This house refuses, not the provider: nothing is wrong with the number, and another channel may carry it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class Conflict(DutydeskError):
    """Another worker changed the row first; claim again."""
