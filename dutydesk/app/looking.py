"""Looking into a site's database without writing, beside a live desk or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from dutydesk.app import house
from dutydesk.store.store import open_store
from dutydesk.store.transaction import Reading
from dutydesk.store.views import SqlViews


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


@contextmanager
def views(site: Path) -> Iterator[tuple[house.Folder, SqlViews]]:
    """Give the folder and the console's views of its database; a site without one yet is shown as it will begin."""
    folder = house.open_folder(site)
    url = house.store_url(folder.path, folder.setup.config.store)
    with TemporaryDirectory(prefix="dutydesk-look-") as empty:
        fresh = url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists()
        store = (open_store(f"sqlite:///{empty}/desk.sqlite3", key=b"look", inline=True) if fresh else
                 open_store(url, key=house.journal_key(folder.path), exclusive=False))
        try:
            yield folder, SqlViews(store, folder.setup)
        finally:
            store.close()
