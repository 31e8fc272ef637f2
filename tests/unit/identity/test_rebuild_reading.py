"""Reading the whole graph while batches are written: what came in between is left out, not taken for something else."""

from __future__ import annotations

from tributary.identity import RuleSet
from tributary.identity.rebuild import load_apart, load_edges, load_nodes, owners
from tributary.store import Store
from tributary.store.tables.identity import Edge, Identifier, IdentityDecision


def add(store: Store, *numbers: int) -> None:
    with store.begin() as session:
        for number in numbers:
            session.add(
                Identifier(
                    id=number, workspace_id=1, profile_id=number, base_id=number, type="user_id", value=str(number),
                    degree=0, first_seen_ms=0, first_led_ms=0, last_led_ms=0, source_id="", message_id="",
                    is_removed=False,
                )
            )  # fmt: skip


def link(store: Store, number: int, a: int, b: int) -> None:
    with store.begin() as session:
        session.add(
            Edge(
                id=number, workspace_id=1, identifier_a=a, identifier_b=b, kind="same_event", is_trusted=True, epoch=0,
                rule="", refusal="", source_id="s", message_id="m", at_ms=0,
            )
        )  # fmt: skip
        session.add(
            IdentityDecision(
                id=f"dec_{number}", workspace_id=1, kind="apart", identifier_a=a, identifier_b=b, reason="",
                decided_by="", at_ms=0, revoked_by="", revoked_at=None,
            )
        )  # fmt: skip


def test_what_came_after_the_identifiers_were_read_is_left_out(sqlite_store: Store) -> None:
    with sqlite_store.read() as session:
        nothing = load_nodes(session, 1)
    add(sqlite_store, 10, 20)
    with sqlite_store.read() as session:
        nodes = load_nodes(session, 1)
    add(sqlite_store, 5, 15, 30)
    for number, (a, b) in enumerate(((10, 20), (10, 15), (5, 20), (20, 30))):
        link(sqlite_store, number, a, b)
    with sqlite_store.read() as session:
        edges = load_edges(session, 1, nodes)
        assert (edges.id.tolist(), edges.a.tolist(), edges.b.tolist()) == ([0], [0], [1])
        assert load_apart(session, 1, nodes) == [(0, 1)]
        assert load_apart(session, 1, nothing) == []
        none = load_edges(session, 1, nothing)
    assert none.id.tolist() == []
    assert owners(nodes, edges, [], RuleSet())[0].tolist() == [10, 20]
