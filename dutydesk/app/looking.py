"""Looking into a site's database without writing, beside a live desk or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from dutydesk.app import house
from dutydesk.app.resources import LiveResources
from dutydesk.errors import NoDatabase
from dutydesk.store.store import SqlStore, open_store
from dutydesk.store.transaction import Reading
from dutydesk.store.views import SqlViews


@contextmanager
def reading(site: Path) -> Iterator[tuple[house.Folder, Reading]]:
    """Give the folder and look-ups on its database; raises Refused where there is none yet."""
    folder = house.open_folder(site)
    found = _open(folder)
    try:
        with found.read() as reads:
            yield folder, reads
    finally:
        found.close()


@contextmanager
def views(site: Path) -> Iterator[tuple[house.Folder, SqlViews]]:
    """Give the folder and the console's views of its database; a site without one yet is shown as it will begin."""
    folder = house.open_folder(site)
    with store(folder) as opened:
        yield folder, SqlViews(opened, folder.setup)


@contextmanager
def resources(site: Path) -> Iterator[LiveResources]:
    """Give the registers of a site as its database knows them, or as the folder has them where there is none yet."""
    folder = house.open_folder(site)
    with store(folder) as opened:
        yield LiveResources(opened, house.reading_context(folder), folder.loaded.roads)


@contextmanager
def store(folder: house.Folder) -> Iterator[SqlStore]:
    """Give a site's store for looking; a site without one yet gets one for the moment, with the folder's content."""
    with ExitStack() as closing:
        try:
            found = _open(folder)
        except NoDatabase:
            draft = Path(closing.enter_context(TemporaryDirectory(prefix="dutydesk-look-"))) / "desk.sqlite3"
            found = open_store(f"sqlite:///{draft}", key=b"look", inline=True, durable=False)
            found.write(lambda tx: tx.save_site(folder.setup.site))
        closing.callback(found.close)
        yield found


def _open(folder: house.Folder) -> SqlStore:
    return open_store(house.store_url(folder.path, folder.setup.config.store), key=house.journal_key(folder.path),
                      exclusive=False)
