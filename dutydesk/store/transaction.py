"""The two faces of a transaction: `Reading` for looking up, `Writing` for one unit of work."""

from __future__ import annotations

from dutydesk.store.access_rows import AccessReads, AccessWrites
from dutydesk.store.alert_rows import AlertReads, AlertWrites
from dutydesk.store.ask_rows import AskReads, AskWrites
from dutydesk.store.call_rows import CallReads, CallWrites
from dutydesk.store.callout_rows import CalloutReads, CalloutWrites
from dutydesk.store.drawing_rows import DrawingReads, DrawingWrites
from dutydesk.store.fire_rows import FireReads, FireWrites
from dutydesk.store.observed_rows import ObservedReads, ObservedWrites
from dutydesk.store.paper_rows import PaperReads, PaperWrites
from dutydesk.store.register_rows import RegisterReads, RegisterWrites
from dutydesk.store.site_rows import SiteReads, SiteWrites
from dutydesk.store.source_rows import SourceReads, SourceWrites


class Reading(SiteReads, AlertReads, CalloutReads, AskReads, CallReads, PaperReads, SourceReads,
              ObservedReads, FireReads, RegisterReads, DrawingReads, AccessReads):
    """Reads of `ports.store`, on one snapshot."""


class Writing(Reading, SiteWrites, AlertWrites, CalloutWrites, AskWrites, CallWrites, PaperWrites,
              SourceWrites, ObservedWrites, FireWrites, RegisterWrites, DrawingWrites, AccessWrites):
    """Tx of `ports.store`, in the writing transaction."""
