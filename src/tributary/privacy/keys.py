"""Secret keys in files, and the hasher that turns identifiers into subjects."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from sqlalchemy import select, text

from tributary.errors import Conflict, Unavailable
from tributary.store import Session, Store, upsert
from tributary.store.tables.privacy import KeyFingerprint

KEY_BYTES = 32
SUBJECT_KEY = "subjects"  # name of the key file and of its fingerprint
_MOST_LOCKS = 200  # PostgreSQL keeps a few thousand locks in all; a bulk import takes the one lock over everybody
_ALL_SUBJECTS = -1  # subjects' own lock keys are never negative


def load_key(path: Path) -> bytes:
    """The key in `path`, created with 32 random bytes and mode 0600 when there is none.

    Several processes may start at once: the file is written beside its place and then linked into it, so each of them
    reads the same complete key.

    Raises:
        Conflict: the file is too short or may be read by others.
        Unavailable: the folder cannot be written.
    """
    try:
        if not path.exists():
            _create(path)
        key = path.read_bytes()
        mode = path.stat().st_mode
    except OSError as exc:
        raise Unavailable(f"The key file {path} cannot be read or created.", cure="Check its folder's owner.") from exc
    if len(key) < KEY_BYTES:
        raise Conflict(f"The key file {path} is too short.", cure="Restore it from a backup; do not make a new one.")
    if mode & 0o077:
        raise Conflict(f"The key file {path} may be read by others.", cure=f"Run: chmod 600 {path}")
    return key


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, secrets.token_bytes(KEY_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(draft, path)  # unlike a rename, a link never replaces a key that another process has put there
    except FileExistsError:
        pass
    finally:
        draft.unlink()


class Hasher:
    """Turns an identifier into its subject: HMAC-SHA256 under one key, separate for each workspace and type."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def subject(self, workspace_id: int, type_: str, value: str) -> str:
        """64 hexadecimal digits. Mail addresses are compared without regard to case and surrounding space."""
        if type_ == "email":
            value = value.strip().lower()
        message = "\x1f".join((str(workspace_id), type_, value))
        return hmac.new(self._key, message.encode(), hashlib.sha256).hexdigest()

    @property
    def fingerprint(self) -> str:
        """Tells keys apart without giving one away."""
        return hmac.new(self._key, b"fingerprint", hashlib.sha256).hexdigest()


def open_hasher(store: Store, keys_dir: Path) -> Hasher:
    """The hasher of this installation; creates its key at the first start.

    Raises:
        Conflict: the store was written with another key. Its suppressions would match nobody, so nothing may start.
    """
    hasher = Hasher(load_key(keys_dir / f"{SUBJECT_KEY}.key"))
    with store.begin() as session:
        row = {"name": SUBJECT_KEY, "fingerprint": hasher.fingerprint}
        upsert(session, KeyFingerprint, [row], key=["name"])
        known = session.scalars(select(KeyFingerprint.fingerprint).where(KeyFingerprint.name == SUBJECT_KEY)).one()
    if known != hasher.fingerprint:
        raise Conflict(
            f"The key {keys_dir / SUBJECT_KEY}.key is not the one that the suppressions were written with.",
            cure="Restore the keys folder from the backup that belongs to this store.",
        )
    return hasher


def lock_subjects(session: Session, subjects: list[str]) -> None:
    """Hold these subjects until the transaction ends, against everybody else who locks them.

    So a withdrawal and a send of the same person are strictly one after the other. On SQLite the write transaction is
    that lock already.
    """
    if session.get_bind().dialect.name != "postgresql" or not subjects:
        return
    if len(subjects) > _MOST_LOCKS:
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ALL_SUBJECTS})
        return
    session.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _ALL_SUBJECTS})
    for subject in sorted(set(subjects)):  # one order for all, so that two holders never wait for each other
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": int(subject[:15], 16)})
