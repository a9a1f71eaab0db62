"""Looking into a site's database without writing, beside a live desk or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dutydesk.app import house
from dutydesk.store.store import open_store
from dutydesk.store.transaction import Reading


@contextmanager
def reading(site: Path) -> Iterator[tuple[house.Folder, Reading]]:
    """Give the folder and look-ups on its database; raises Refused where there is none yet."""
    folder = house.open_folder(site)
    store = open_store(house.store_url(folder.path, folder.setup.config.store), key=house.journal_key(folder.path),
                       exclusive=False)
    try:
        with store.read() as reads:
            yield folder, reads
    finally:
        store.close()
