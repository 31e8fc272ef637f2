"""Sources: where events come from, their write keys, and files as one more way in (`tributary.sources.imports`).

source = create_source(session, principal, name="Web shop", kind=SourceKind.WEB)
publish_after_commit(session, store, settings.source_snapshot)   # collectors accept the key from the commit on
"""

from tributary.sources.publish import job_handlers, publish_after_commit, publish_sources
from tributary.sources.service import (
    KEY_GRACE,
    SourceKind,
    client_sources,
    create_source,
    find_source,
    get_source,
    internal_source_id,
    list_sources,
    rotate_write_key,
    update_source,
)
from tributary.sources.snippets import Language, Snippet, snippets
from tributary.sources.trial import DEFAULT_EVENT, send_test_event

__all__ = [
    "DEFAULT_EVENT",
    "KEY_GRACE",
    "Language",
    "Snippet",
    "SourceKind",
    "client_sources",
    "create_source",
    "find_source",
    "get_source",
    "internal_source_id",
    "job_handlers",
    "list_sources",
    "publish_after_commit",
    "publish_sources",
    "rotate_write_key",
    "send_test_event",
    "snippets",
    "update_source",
]
