"""Every real document, of whatever kind: how much is read from it, in which colours, with which faults; kept per file.

`corpus.tsv` is the table. A document that is read differently is looked at, and then its line is.
"""

from __future__ import annotations

import csv
from collections import Counter
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dutydesk.domain.alert import Alert, Request
from dutydesk.errors import DocumentError
from dutydesk.feeds.registry import feed
from dutydesk.ports.feed import Source
from tests.corpus import ROOT, corpus

NOW = datetime(2026, 9, 1, tzinfo=UTC)
WHOLE = ("cap", "cap-index", "nws", "meteoalarm", "gdacs", "quake")     # folders the table names every file of
with (Path(__file__).parent / "corpus.tsv").open(encoding="utf-8", newline="") as table:
    ROWS = [{name: cell or "" for name, cell in row.items()} for row in csv.DictReader(table, delimiter="\t")]


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['kind']} {row['file']}" for row in ROWS])
def test_a_document_is_read_as_the_table_says(row: dict[str, str]) -> None:
    body, kind = corpus(row["file"]).read_bytes(), row["kind"]
    refused = row["faults"].partition("refused: ")[2]
    with pytest.raises(DocumentError) if refused else nullcontext() as caught:
        found = list(feed(kind).parse(body, Source("corpus", kind), NOW))
    if caught is not None:
        assert caught.value.name == refused
        return
    alerts = [each for each in found if isinstance(each, Alert)]
    requests = [each for each in found if isinstance(each, Request)]
    colours = Counter(each.colour.word for each in alerts)
    assert row | {"file": ""} == {
        "file": "", "kind": kind, "alerts": str(len(alerts)), "requests": str(len(requests)),
        "observed": str(len(found) - len(alerts) - len(requests)),
        "colours": " ".join(f"{word}:{count}" for word, count in sorted(colours.items())),
        "faults": " ".join(sorted({fault.name for each in found for fault in each.faults}))}


def test_no_document_is_missing_in_the_table() -> None:
    there = {str(path.relative_to(ROOT)) for folder in WHOLE for path in corpus(folder).iterdir() if path.is_file()}
    assert there == {row["file"] for row in ROWS} & there
    assert len(there) > 100
