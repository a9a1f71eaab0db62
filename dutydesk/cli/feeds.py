"""The sources of this site: how each does, what it brought, a new one tried, what came recorded and told again.

  dutydesk feeds                                   every source: when heard, how fast, how far, how well
  dutydesk feeds show HASH                         a document as received, with what is wrong in it
  dutydesk feeds again HASH --officer p0001        read or fetch once more what could not be
  dutydesk feeds paste FILE --officer p0001        a warning from a chat or a fax (FILE - is the terminal)
  dutydesk feeds add https://... [--kind cap]      try a source once; prints what to add to dutydesk.toml
  dutydesk feeds record DIR [--for 1h]             save what the polled sources say
  dutydesk feeds replay DIR [--desk]               read a recording again, or let a desk of its own run on it
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dutydesk.errors import UsageError

if TYPE_CHECKING:
    from datetime import timedelta

    from dutydesk.app.trying import Tried
    from dutydesk.ports.shown_sources import SourceView


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    actions = parser.add_subparsers(dest="action")
    listing = actions.add_parser("list", help="list the kinds of feeds and the sources")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    show = actions.add_parser("show", help="print a document as received")
    show.add_argument("hash", help="the document's id")
    again = actions.add_parser("again", help="read or fetch once more what could not be")
    again.add_argument("hash", help="the document's id")
    again.add_argument("--officer", required=True, help="who orders it: a person id")
    paste = actions.add_parser("paste", help="take in the text of a warning")
    paste.add_argument("file", metavar="FILE", help="a text file, or - for the terminal")
    paste.add_argument("--officer", help="who says that it is right; without, it is only read and shown")
    paste.add_argument("--exercise", action="store_true", help="an exercise: calls nobody in earnest")
    adding = actions.add_parser("add", help="try a source once")
    adding.add_argument("source", metavar="URL", help="an address, or a file to be dropped into a folder")
    adding.add_argument("--kind", default="", help="the format; found out where none is named")
    adding.add_argument("--id", default="", help="id of the source")
    adding.add_argument("--name", default="", help="name for the console")
    adding.add_argument("--interval", default="60s", help="between two polls (default: 60s)")
    adding.add_argument("--header", action="append", default=[], metavar="NAME=VALUE",
                        help="a header to send; ${NAME} stands for a secret of the environment")
    adding.add_argument("--follow", type=int, default=5, help="listed documents to fetch as well (default: 5)")
    adding.add_argument("--allow-private", action="store_true", help="it lies on this machine or in a private network")
    record = actions.add_parser("record", help="save what the polled sources say")
    record.add_argument("folder", type=Path, metavar="DIR", help="where to; what is there is added to")
    record.add_argument("--for", dest="lasting", metavar="TIME", help="how long, like 10m or 1h (default: one poll)")
    record.add_argument("--source", action="append", default=[], help="only this one; may be repeated")
    replay = actions.add_parser("replay", help="read a recording again")
    replay.add_argument("folder", type=Path, metavar="DIR", help="a recording, or a folder of documents")
    replay.add_argument("--kind", default="", help="format of a folder without an index (default: cap)")
    replay.add_argument("--desk", action="store_true", help="let a desk of its own run on it, at speed")
    replay.add_argument("--json", action="store_true", help="one JSON object a line")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    acts = {None: _list, "list": _list, "show": _show, "again": _again, "paste": _paste, "add": _add,
            "record": _record, "replay": _replay}
    return acts[options.action](options)


def _list(options: argparse.Namespace) -> int:
    from dutydesk.app.looking import views
    from dutydesk.clock import WallClock
    from dutydesk.feeds.registry import kinds

    if not getattr(options, "json", False):
        print(f"kinds: {', '.join(kinds())}")
    with views(options.site) as (_, found):
        for each in found.sources(WallClock().now()):
            print(json.dumps(_mapping(each), ensure_ascii=False) if getattr(options, "json", False) else _told(each))
    return 0


def _told(it: SourceView) -> str:
    """One source in words, its figures on a second line."""
    state, figures = it.state, it.figures
    how = "silent" if state and state.silent_at else f"{state.failures} failures" if state and state.failures else "ok"
    heard = state.heard_at if state and state.heard_at else it.last_at
    trust = "calls at once" if it.auto else "waits for the officer's word"
    lines = [f"{it.id:<12}{it.kind:<12}{it.way or 'by hand':<8}{how if heard or state else 'never heard':<14}"
             f"{trust}, {it.trust or 'unknown'}  {it.name}",
             f"{'':<12}heard {heard:%Y-%m-%d %H:%M:%S}Z; " if heard else f"{'':<12}"]
    lines[1] += (f"{it.total} documents, {it.bad} unreadable, {it.held} held; {figures.alerts} alerts, "
                 f"{_span(figures.median)} median / {_span(figures.p95)} p95 from issue to receipt; "
                 f"{figures.reached} of {figures.places} places reached")
    if it.fetching or it.lost:
        lines.append(f"{'':<12}{it.fetching} listed documents still to be fetched, {it.lost} given up")
    if state and state.error:
        lines.append(f"{'':<12}! {state.error}")
    return "\n".join(lines)


def _span(span: timedelta | None) -> str:
    return "-" if span is None else f"{span.total_seconds():.0f} s"


def _mapping(it: SourceView) -> dict[str, object]:
    state, figures = it.state, it.figures

    def time(moment: object) -> object:
        return moment.isoformat() if moment is not None else None  # type: ignore[attr-defined]

    return {
        "id": it.id, "name": it.name, "kind": it.kind, "way": it.way, "auto": it.auto, "trust": it.trust,
        "lifts": it.lifts, "absence": it.absence, "zone": it.zone, "etag": it.etag,
        "tried_at": time(state.tried_at if state else None), "heard_at": time(state.heard_at if state else it.last_at),
        "failures": state.failures if state else 0, "error": state.error if state else "",
        "silent_since": time(state.silent_at if state else None), "due_at": time(it.due_at),
        "documents": it.total, "waiting": it.waiting, "held": it.held, "unreadable": it.bad,
        "to_fetch": it.fetching, "given_up": it.lost, "alerts": figures.alerts,
        "newest_sent": time(figures.newest_sent),
        "median_s": figures.median.total_seconds() if figures.median is not None else None,
        "p95_s": figures.p95.total_seconds() if figures.p95 is not None else None, "late": figures.late,
        "reached": figures.reached, "places": figures.places, "clean": figures.clean, "taken_back": figures.taken_back,
    }


def _show(options: argparse.Namespace) -> int:
    from dutydesk.app.looking import views

    with views(options.site) as (_, found):
        document = found.document(options.hash)
        body = found.body(options.hash)
    if document is None or body is None:
        raise UsageError(f"there is no document {options.hash}; `dutydesk feeds` and the console name those there are")
    print(f"{document.name}  {document.source}  {document.state}  received {document.received_at.isoformat()}  "
          f"{document.size} bytes  {document.address}", file=sys.stderr)
    for fault in document.faults:
        print(f"  ! {fault}", file=sys.stderr)
    sys.stderr.flush()
    if sys.stdout.isatty():   # a stranger's bytes must not give orders to a terminal
        text = body.decode("utf-8", "replace")
        print("".join(each if each.isprintable() or each in "\n\t" else "\ufffd" for each in text))
    else:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
    return 1 if document.state == "bad" else 0


def _again(options: argparse.Namespace) -> int:
    from dutydesk.app.orders import order

    _, warning = order(options.site, "try_again", {"document": options.hash, "officer": options.officer})
    if warning:
        print(warning, file=sys.stderr)
    return 0


def _paste(options: argparse.Namespace) -> int:
    """Show what is read; with an officer's name, take it in."""
    from dutydesk.app.orders import order, preview

    text = sys.stdin.read() if options.file == "-" else _read(Path(options.file))
    for each in preview(options.site, text, options.exercise):
        print(f"{each.event} {each.colour.word}  {each.msg_type}  {each.status}  sent {each.sent.isoformat()}  "
              f"{each.office}\n  {each.headline}\n  touches {each.places} places ({'、'.join(each.names)}), asks "
              f"{each.posts} posts, {each.people} people first")
        for fault in (*each.unmatched, *each.faults):
            print(f"  ! {fault}")
    if not options.officer:
        print("nobody was called: say who vouches for it with --officer ID", file=sys.stderr)
        return 0
    document, warning = order(options.site, "paste", {"text": text, "exercise": options.exercise,
                                                      "officer": options.officer})
    print(document)
    if warning:
        print(warning, file=sys.stderr)
    return 0


def _read(file: Path) -> str:
    if not file.is_file():
        raise UsageError(f"there is no file {file}")
    body = file.read_bytes()
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


def _add(options: argparse.Namespace) -> int:
    from dutydesk.app.house import open_folder
    from dutydesk.app.trying import id_of, toml_of, try_file, try_source
    from dutydesk.content.models.words import duration
    from dutydesk.ports.feed import Polling, Source

    folder = open_folder(options.site)
    if "://" not in options.source:
        if not Path(options.source).is_file():
            raise UsageError(f"{options.source} is neither an address (https://...) nor a file")
        tried = try_file(folder, Source(options.id or "new", options.kind, options.name), Path(options.source))
    else:
        try:
            interval = duration(options.interval)
        except ValueError as error:
            raise UsageError(str(error)) from error
        headers = dict(each.partition("=")[::2] for each in options.header)
        polling = Polling((options.source,), interval, headers=headers, allow_private=options.allow_private)
        tried = try_source(folder, Source(options.id or id_of(options.source), options.kind, options.name,
                                          polling=polling), follow=options.follow)
    _print_tried(tried)
    if tried.error:
        return 1
    print("\nadd to dutydesk.toml:\n")
    print("\n".join(toml_of(tried.source)))
    return 0


def _print_tried(tried: Tried) -> None:
    if tried.error:
        print(f"nothing can be read: {tried.error}")
        return
    repeats = "tells what is new" if tried.repeats else "does not tell what is new: it is read whole at every poll"
    print(f"{tried.size} bytes in {tried.seconds:.1f} s, read as {tried.source.kind}; {repeats}")
    print(f"{len(tried.matched)} warnings, {len(tried.requests)} listed documents, "
          f"{len(tried.items) - len(tried.requests)} read in it")
    for url, error in tried.followed:
        print(f"  fetched {url}{': ' + error if error else ''}")
    for each in tried.matched:
        alert = each.alert
        print(f"  {alert.event.name} {alert.colour.word} {alert.msg_type} ({alert.identifier}), sent "
              f"{alert.sent.isoformat()}: touches {len(each.found.touches)} places, asks "
              f"{len({row['post'] for row in each.rows})} posts, {len({row['person'] for row in each.rows})} people")
    for fault in tried.faults[:20]:
        print(f"  ! {fault}")


def _record(options: argparse.Namespace) -> int:
    from dutydesk.app.house import open_folder, sources
    from dutydesk.app.recording import Recorder
    from dutydesk.content.models.words import duration

    folder = open_folder(options.site)
    found = [source for source in sources(folder).values()
             if source.polling and (not options.source or source.id in options.source)]
    if not found:
        raise UsageError("no such source is polled; write `url` for one in dutydesk.toml")
    try:
        lasting = duration(options.lasting) if options.lasting else None
    except ValueError as error:
        raise UsageError(str(error)) from error
    kept = Recorder(options.folder, folder.setup.config.feeds.gap, print).run(found, lasting)
    print(f"{kept} documents in {options.folder}")
    return 0 if kept else 1


def _replay(options: argparse.Namespace) -> int:
    from dutydesk.app.house import open_folder, sources
    from dutydesk.app.recording import read

    folder = open_folder(options.site)
    recorded = read(options.folder, options.kind)
    if options.desk:
        from dutydesk.app.recording import scenario
        from dutydesk.app.replay import run as replay
        from dutydesk.cli.telling import tell

        told = scenario(folder, recorded, sources(folder))
        if not options.json:
            tell(folder, told, seed=None)
            return 0
        for line in replay(folder, told):
            print(json.dumps(line, ensure_ascii=False, sort_keys=True))
        return 0
    from dutydesk.cli.rereading import reread

    return reread(folder, recorded, as_json=options.json)
