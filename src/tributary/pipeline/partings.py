"""Events that part what belonged together: logging out of a device, and `$unbind`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tributary.identity import Claim, IdentifierTypes, Resolver
from tributary.identity.decisions import write_unbinding
from tributary.pipeline.events import Event
from tributary.store import Session, bulk
from tributary.store.tables.identity import DeviceLogout

UNBIND = "$unbind"
_MOST = 20  # identifiers that one event may unbind


def isolate_devices(session: Session, events: Sequence[Event], types: Mapping[int, IdentifierTypes]) -> None:
    """Where the rules say that a device is somebody else's after logging out, give it another identity from then on.

    What a device does after its n-th logging out is led by `<anonymous id>~n`. An event that comes later than its
    logging out, but happened before it, still belongs to whom it did belong.
    """
    isolated = {key for key, each in types.items() if each.rules.logout.policy == "isolate"}
    mine = [event for event in events if event.workspace_id in isolated and event.anonymous_id]
    if not mine:
        return
    devices = {id(event): _device(event) for event in mine}
    out = {
        (device.id, event.at_ms): event.workspace_id
        for event in mine
        if event.name in types[event.workspace_id].rules.logout.events and (device := devices[id(event)])
    }
    columns = ("identifier", "at_ms", "workspace_id")
    rows = [(*key, workspace_id) for key, workspace_id in out.items()]
    bulk.write(session, DeviceLogout, columns, rows, key=("identifier", "at_ms"))
    times: dict[int, list[int]] = {}
    wanted = {device.id for device in devices.values() if device}
    for identifier, at_ms in bulk.fetch(session, DeviceLogout, columns[:2], "identifier", wanted):
        times.setdefault(identifier, []).append(at_ms)
    for event in mine:
        device = devices[id(event)]
        logouts = sum(at_ms < event.at_ms for at_ms in times.get(device.id, ())) if device else 0
        if device and logouts:
            other = types[event.workspace_id].claim("anonymous_id", f"{device.value}~{logouts}")
            if isinstance(other, Claim):
                event.claims = tuple(other if claim is device else claim for claim in event.claims)


def _device(event: Event) -> Claim | None:
    return next((claim for claim in event.claims if claim.type.partition(":")[0] == "anonymous_id"), None)


class Unbindings:
    """The `$unbind` events of a batch: each names, in `properties.identifiers`, what is its person's no more.

    Only trusted sources may: anybody could otherwise take a person apart.
    """

    def __init__(self, session: Session, events: Sequence[Event], types: Mapping[int, IdentifierTypes]) -> None:
        self._pairs: list[tuple[int, tuple[int, int], int]] = []
        for event in events:
            if event.name != UNBIND or event.type != "track" or not event.claims:
                continue
            if not event.is_trusted:
                event.changes[UNBIND] = {"was": "", "why": "unsigned"}
                continue
            for claim in _named(event, types[event.workspace_id]):
                pair = (event.claims[0].id, claim.id)
                if pair[0] != pair[1]:
                    write_unbinding(session, event.workspace_id, pair, by=event.source_id, at_ms=event.at_ms)
                    self._pairs.append((event.workspace_id, pair, event.at_ms))

    def carry_out(self, resolver: Resolver) -> None:
        """After the batch's events are resolved: what was linked before is linked no more."""
        for workspace_id, pair, at_ms in self._pairs:
            resolver.forget(pair, at_ms)
            resolver.touch(workspace_id, pair)


def _named(event: Event, types: IdentifierTypes) -> list[Claim]:
    listed = event.properties.get("identifiers")
    found = [
        types.claim(str(each.get("type", "")), each.get("id"), event.source_id)
        for each in (listed[:_MOST] if isinstance(listed, list) else [])
        if isinstance(each, dict)
    ]
    return [claim for claim in found if isinstance(claim, Claim)]
