"""Key files, and what happens when the wrong one is there."""

from __future__ import annotations

import threading

import pytest

from tributary.errors import Conflict
from tributary.privacy import Hasher, Person, is_sendable, load_key, open_hasher, suppress
from tributary.privacy.keys import lock_subjects


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    path = tmp_path / "keys" / "k.key"
    keys = []
    threads = [threading.Thread(target=lambda: keys.append(load_key(path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in path.parent.iterdir()] == ["k.key"]


def test_a_key_that_others_can_read_or_that_is_cut_short_is_refused(tmp_path):
    path = tmp_path / "k.key"
    load_key(path)
    path.chmod(0o644)
    with pytest.raises(Conflict, match="chmod 600"):
        load_key(path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(Conflict, match="too short"):
        load_key(path)


def test_a_store_refuses_a_key_that_it_was_not_written_with(sqlite_store, tmp_path):
    first = open_hasher(sqlite_store, tmp_path / "keys")
    assert open_hasher(sqlite_store, tmp_path / "keys").fingerprint == first.fingerprint
    with pytest.raises(Conflict, match="Restore"):
        open_hasher(sqlite_store, tmp_path / "other")


def test_subjects_differ_between_workspaces_types_and_keys():
    hasher = Hasher(b"a" * 32)
    subjects = {
        hasher.subject(1, "email", "a@x.cn"),
        hasher.subject(2, "email", "a@x.cn"),
        hasher.subject(1, "user_id", "a@x.cn"),
        Hasher(b"b" * 32).subject(1, "email", "a@x.cn"),
    }
    assert len(subjects) == 4


def test_a_suppression_waits_for_a_send_that_holds_the_person(store, clock):
    """The order is decided by the lock: a send that has asked may finish, everything after the suppression is no."""
    hasher, person, order = Hasher(b"k" * 32), Person("a@x.cn", ()), []
    asked, go_on = threading.Event(), threading.Event()

    def send():
        with store.begin() as session:
            order.append(is_sendable(session, hasher, 1, person, channel="email", purpose="p", is_locked=True))
            asked.set()
            go_on.wait(10)
            order.append("sent")

    def stop():
        asked.wait(10)
        with store.begin() as session:
            suppress(session, hasher, 1, "email", ["a@x.cn"], reason="manual", by="t", now=clock.now())
            order.append("suppressed")

    threads = [threading.Thread(target=send), threading.Thread(target=stop)]
    for thread in threads:
        thread.start()
    asked.wait(10)
    threads[1].join(0.2)  # if it did not wait for the lock it would be done by now
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert order == ["consent_missing", "sent", "suppressed"]
    with store.begin() as session:
        assert is_sendable(session, hasher, 1, person, channel="email", purpose="p") == "suppressed_manual"


def test_a_bulk_change_excludes_every_single_one(store):
    holders, started = [], threading.Event()

    def one():
        started.wait(10)
        with store.begin() as session:
            lock_subjects(session, ["0" * 64])
            holders.append("one")

    thread = threading.Thread(target=one)
    thread.start()
    with store.begin() as session:
        lock_subjects(session, [f"{n:064x}" for n in range(1, 300)])
        started.set()
        thread.join(0.2)
        holders.append("bulk")
    thread.join(30)
    assert holders == ["bulk", "one"]
