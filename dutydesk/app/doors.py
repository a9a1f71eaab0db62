"""The door of a watched folder into the store: a document is handed over until the store has it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock

from dutydesk.errors import DutydeskError, Refused
from dutydesk.fetch.folder import FolderDoor
from dutydesk.ports.clock import Clock
from dutydesk.ports.store import Store

logger = logging.getLogger(__name__)


class Door:
    """One watched folder. `after` is called when documents were stored."""

    def __init__(self, door: FolderDoor, store: Store, clock: Clock, after: Callable[[], None]) -> None:
        self._door = door
        self._store = store
        self._clock = clock
        self._after = after
        self._trouble = ""
        self._busy = Lock()

    def poll(self) -> int:
        """Store what arrived whole, all of it in one transaction; return how many documents were new.

        What could not be stored, and a folder that cannot be read, is logged once and tried again at the next poll.
        """
        with self._busy:
            return self._poll()

    def _poll(self) -> int:
        try:
            documents = self._door.poll(self._clock.now())
        except Refused as error:
            self._tell(str(error))
            return 0
        if not documents:
            return 0
        try:
            new = self._store.write(lambda tx: sum(tx.add_document(document) for document in documents))
        except DutydeskError as error:
            self._door.again(documents)
            self._tell(f"{len(documents)} documents could not be stored: {error}")
            return 0
        except Exception:
            self._door.again(documents)
            raise
        self._trouble = ""
        if new:
            self._after()
        return new

    def _tell(self, trouble: str) -> None:
        """Log a trouble when it is another than the last time."""
        if trouble != self._trouble:
            logger.warning("%s", trouble)
        self._trouble = trouble
