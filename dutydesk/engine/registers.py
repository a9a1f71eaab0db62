"""What officers enter about shelters and teams: open or not, how many are in, who is on the way."""

from __future__ import annotations

from dutydesk.domain.records import RegisterChange
from dutydesk.domain.shelter import Shelter, ShelterState
from dutydesk.domain.sheltering import with_state
from dutydesk.domain.team import Readiness
from dutydesk.engine.books import Books
from dutydesk.errors import Refused

SHELTER, TEAM = "shelter", "team"
_TYPING_ERROR = 10     # times the capacity: one digit too many, and no crowd


def set_shelter(books: Books, id: str, state: ShelterState | None, registered: int | None, officer: str,
                note: str) -> None:
    """Open or close a shelter, or count who is in it; raises Refused with what to do first.

    1. What is not said stays as it was.
    2. Nobody is registered where it is not open, and a shelter with people in it is not closed.
    3. More than it holds is believed (people come as they come), but not ten times as many.
    """
    known = books.ctx.site.registers.shelters.get(id)
    if known is None:
        raise Refused(f"没有 {id} 这个避难场所；编号见 geo/shelters.geojson。")
    books.tx.set_setting(f"register.{SHELTER}", books.now.isoformat())   # its row is the lock: one change after another
    last = books.tx.register_states(SHELTER).get(id)
    now = with_state(known, ShelterState(last.state) if last else None, last.registered if last else None)
    new = with_state(now, state, registered)
    _believable(new)
    change = RegisterChange(SHELTER, id, books.now, officer, new.state.value, new.registered, note.strip())
    books.tx.add_register_change(change)
    books.note("shelter_set", person=officer, shelter=id, shelter_state=new.state.value, n=new.registered,
               text=note.strip())


def _believable(new: Shelter) -> None:
    if new.registered < 0:
        raise Refused("已安置人数不能是负数；无人写 0。")
    if new.registered > new.capacity * _TYPING_ERROR:
        raise Refused(f"{new.name}容量 {new.capacity} 人，登记 {new.registered} 人不像是真的；请核对后重填。")
    if new.registered and new.state is not ShelterState.OPEN:
        raise Refused(f"{new.name}里登记着 {new.registered} 人，须是已启用；先把人数改为 0，再停用。" if
                      new.state is ShelterState.CLOSED else
                      f"{new.name}里登记着 {new.registered} 人，须是已启用；先启用，或先把人数改为 0。")


def set_team(books: Books, id: str, state: Readiness, officer: str, note: str) -> None:
    """Enter what a team is doing; raises Refused for one that is not in the register."""
    if id not in books.ctx.site.registers.teams:
        raise Refused(f"没有 {id} 这支队伍；编号见 geo/teams.geojson。")
    books.tx.add_register_change(RegisterChange(TEAM, id, books.now, officer, state.value, None, note.strip()))
    books.note("team_set", person=officer, team=id, team_state=state.value, text=note.strip())
