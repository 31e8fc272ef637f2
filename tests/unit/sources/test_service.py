"""Sources and their write keys, on both stores; and the snapshot that collectors read."""

from __future__ import annotations

import base64
import json
import subprocess
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.clients import node_program
from tributary.access import list_audit, system_principal
from tributary.collector.body import Limits, parse_single
from tributary.collector.directory import SourceDirectory
from tributary.core.clock import ManualClock
from tributary.errors import Conflict, InvalidRequest, NotFound, Unavailable
from tributary.jobs import Runner
from tributary.sources import (
    SourceKind,
    create_source,
    find_source,
    get_source,
    internal_source_id,
    job_handlers,
    list_sources,
    publish_after_commit,
    publish_sources,
    rotate_write_key,
    snippets,
    update_source,
)
from tributary.sources.snippets import LANGUAGES

URL = "https://in.shop.example"


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def caller(clock):
    return system_principal(1, clock=clock)


def make_source(store, caller, name="Web shop", kind=SourceKind.WEB, **options):
    with store.begin() as session:
        return create_source(session, caller, name=name, kind=kind, **options)


def published(path):
    return [
        (entry["name"], entry["write_key"], entry["is_enabled"])
        for entry in msgspec.json.decode(path.read_bytes())["sources"]
    ]


def test_a_new_source_is_listed_enabled_and_audited(store, caller):
    source = make_source(store, caller, name="  Web shop ", allowed_origins=["https://shop.example/"])
    with store.read() as session:
        (found,) = list_sources(session, 1)
        (entry,) = list_audit(session, 1)
        assert (found.id, found.name, found.kind, found.is_enabled) == (source.id, "Web shop", "web", True)
        assert found.allowed_origins == ["https://shop.example"]
        assert (entry.action, entry.target_id) == ("source.created", source.id)
        assert source.write_key not in str(entry.details)


def test_names_are_unique_within_a_workspace_only(store, caller):
    make_source(store, caller)
    make_source(store, system_principal(2))
    with pytest.raises(Conflict):
        make_source(store, caller)


def test_names_differ_by_more_than_letter_case(sqlite_store, caller):
    source = make_source(sqlite_store, caller, name="Öffnung")
    with pytest.raises(Conflict, match="Öffnung") as caught:
        make_source(sqlite_store, caller, name=" ÖFFNUNG ")
    assert (caught.value.attrs["source_id"], bool(caught.value.cure)) == (source.id, True)
    other = make_source(sqlite_store, caller, name="Web")
    with sqlite_store.begin() as session:
        assert update_source(session, caller, source.id, name="öffnung").name == "öffnung"
        with pytest.raises(Conflict):
            update_source(session, caller, other.id, name="ÖFFNUNG")


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "Tributary", "tributary"])
def test_names_that_cannot_be_used_are_refused(sqlite_store, caller, name):
    with pytest.raises(InvalidRequest):
        make_source(sqlite_store, caller, name=name)


@pytest.mark.parametrize("origin", ["shop.example", "https://shop.example/path", "javascript:alert(1)", "*"])
def test_only_origins_are_taken_as_allowed_origins(sqlite_store, caller, origin):
    with pytest.raises(InvalidRequest):
        make_source(sqlite_store, caller, allowed_origins=[origin])


def test_a_source_of_another_workspace_does_not_exist(sqlite_store, caller):
    other = make_source(sqlite_store, system_principal(2))
    with sqlite_store.begin() as session:
        with pytest.raises(NotFound):
            get_source(session, 1, other.id)
        with pytest.raises(NotFound):
            rotate_write_key(session, caller, other.id)
        with pytest.raises(NotFound):
            find_source(session, 1, other.id)


def test_sources_are_found_by_name_or_id(sqlite_store, caller):
    source = make_source(sqlite_store, caller)
    with sqlite_store.read() as session:
        assert find_source(session, 1, "Web shop").id == find_source(session, 1, source.id).id == source.id
        with pytest.raises(NotFound, match="Web shop"):
            find_source(session, 1, "web shop")


def test_the_internal_source_is_made_once_and_cannot_be_changed(store, caller):
    with store.begin() as session:
        first = internal_source_id(session, 1)
        assert internal_source_id(session, 1) == first
        assert internal_source_id(session, 2) != first
        with pytest.raises(InvalidRequest):
            update_source(session, caller, first, is_enabled=False)
    with pytest.raises(InvalidRequest):
        make_source(store, caller, name="mine", kind=SourceKind.INTERNAL)


def test_an_update_changes_only_what_is_given(sqlite_store, caller):
    source = make_source(sqlite_store, caller, allowed_origins=["https://a.example"])
    with sqlite_store.begin() as session:
        update_source(session, caller, source.id, name="Shop")
        update_source(session, caller, source.id, is_enabled=False)
        update_source(session, caller, source.id)
    with sqlite_store.read() as session:
        found = get_source(session, 1, source.id)
        actions = [entry.action for entry in list_audit(session, 1)]
        assert (found.name, found.is_enabled, found.allowed_origins) == ("Shop", False, ["https://a.example"])
    assert actions == ["source.updated", "source.updated", "source.created"]


def test_after_a_rotation_both_keys_are_published_until_the_grace_is_over(sqlite_store, caller, clock, tmp_path):
    path = tmp_path / "collector" / "sources.json"
    source = make_source(sqlite_store, caller)
    old = source.write_key
    with sqlite_store.begin() as session:
        new = rotate_write_key(session, caller, source.id, grace=timedelta(hours=1)).write_key
    assert publish_sources(sqlite_store, path, clock=clock) == 2
    assert {key for _, key, _ in published(path)} == {old, new}
    clock.advance(timedelta(hours=1))
    assert publish_sources(sqlite_store, path, clock=clock) == 1
    assert {key for _, key, _ in published(path)} == {new}


def test_the_end_of_the_grace_time_publishes_by_itself(sqlite_store, caller, clock, tmp_path):
    path = tmp_path / "s.json"
    source = make_source(sqlite_store, caller)
    with sqlite_store.begin() as session:
        new = rotate_write_key(session, caller, source.id, grace=timedelta(hours=1)).write_key
        publish_after_commit(session, sqlite_store, path, clock=clock)
    runner = Runner(sqlite_store, clock, job_handlers(sqlite_store, path, clock), schedules=())
    clock.advance(timedelta(minutes=59))
    runner.run_once()
    assert len(published(path)) == 2
    clock.advance(timedelta(minutes=1))
    runner.run_once()
    assert published(path) == [("Web shop", new, True)]


def test_a_rotation_without_grace_stops_the_old_key_at_once(sqlite_store, caller, clock, tmp_path):
    source = make_source(sqlite_store, caller)
    with sqlite_store.begin() as session:
        new = rotate_write_key(session, caller, source.id, grace=timedelta(0)).write_key
    publish_sources(sqlite_store, tmp_path / "s.json", clock=clock)
    assert published(tmp_path / "s.json") == [("Web shop", new, True)]


def test_a_key_works_when_the_transaction_that_made_it_is_over(sqlite_store, caller, clock, tmp_path):
    path = tmp_path / "collector" / "sources.json"
    directory = SourceDirectory(path, clock)
    with sqlite_store.begin() as session:
        source = create_source(session, caller, name="Web shop", kind=SourceKind.WEB)
        publish_after_commit(session, sqlite_store, path, clock=clock)
        assert not path.exists()
    found = directory.find(source.write_key)
    assert found is not None
    assert (found.id, found.workspace_id) == (source.id, 1)


def test_nothing_is_published_when_the_transaction_fails(sqlite_store, caller, tmp_path):
    with pytest.raises(RuntimeError), sqlite_store.begin() as session:
        create_source(session, caller, name="Web shop", kind=SourceKind.WEB)
        publish_after_commit(session, sqlite_store, tmp_path / "s.json")
        raise RuntimeError
    assert not (tmp_path / "s.json").exists()


def test_sources_that_nobody_sends_to_over_http_are_not_published(sqlite_store, caller, tmp_path):
    make_source(sqlite_store, caller, name="files", kind=SourceKind.IMPORT)
    with sqlite_store.begin() as session:
        internal_source_id(session, 1)
    assert publish_sources(sqlite_store, tmp_path / "s.json") == 0


def test_a_snapshot_that_cannot_be_written_says_where(sqlite_store, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="write keys"):
        publish_sources(sqlite_store, tmp_path / "file" / "s.json")


@given(url=st.sampled_from(["http://127.0.0.1:8100", "https://in.shop.example"]))
def test_snippets_carry_the_key_and_the_address(url):
    key = "k" * 32
    found = {snippet.language: snippet.code for snippet in snippets(key, url)}
    assert set(found) == set(LANGUAGES)
    authorization = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
    scheme, _, host = url.partition("://")
    for language, code in found.items():
        assert key in code or authorization in code, language
        assert host in code, language
        assert language == "php" or scheme in code, language
    assert f"apiHost: '{host}/v1', protocol: '{scheme}'" in found["js"]
    assert ("'ssl' => true" in found["php"]) == (scheme == "https")
    compile(found["python"], "snippet", "exec")


def test_the_scripts_are_scripts(tmp_path):
    for language in ("js", "node"):
        (tmp_path / f"{language}.mjs").write_text(_code(language))
        subprocess.run([node_program(), "--check", str(tmp_path / f"{language}.mjs")], check=True)


def test_the_mini_program_sends_what_the_collector_takes(tmp_path):
    stub = """
    const store = {}, sent = []
    const wx = { getStorageSync: (k) => store[k] || '', setStorageSync: (k, v) => { store[k] = v },
                 request: (r) => sent.push(r) }
    """
    (tmp_path / "snippet.js").write_text(stub + _code("wechat") + "console.log(JSON.stringify(sent))")
    done = subprocess.run([node_program(), str(tmp_path / "snippet.js")], check=True, capture_output=True, text=True)
    identify, track = json.loads(done.stdout)
    assert (identify["url"], track["url"]) == (f"{URL}/v1/identify", f"{URL}/v1/track")
    assert identify["data"]["anonymousId"] == track["data"]["anonymousId"]
    assert len({identify["data"]["messageId"], track["data"]["messageId"]}) == 2
    for request in (identify, track):
        assert parse_single(json.dumps(request["data"]).encode(), Limits(32_768, 512_000, 32, 100)).reasons == {}


def _code(language):
    return next(each.code for each in snippets("k" * 32, URL) if each.language == language)
