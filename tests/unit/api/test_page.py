"""The operator's page: its files, what stands in for a page that was not built, content policies, and sub-paths."""

from __future__ import annotations

import gzip
import re

import pytest

from fixtures.api import PASSWORD, ApiClient
from tributary.api import build_api
from tributary.settings import Settings

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
INDEX = '<!doctype html><base href="__BASE__"><script nonce="__NONCE__"></script><meta name="n" content="__NONCE__">'
SCRIPT = b"console.log(1)" * 100


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "page"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(INDEX, encoding="utf-8")
    (folder / "preview-frame.html").write_text('<script nonce="__NONCE__"></script>', encoding="utf-8")
    (folder / "favicon.svg").write_text("<svg/>", encoding="utf-8")
    (folder / ".build-key").write_text("secret", encoding="utf-8")
    (folder / "assets" / "index-a1b2.js").write_bytes(SCRIPT)
    (folder / "assets" / "index-a1b2.js.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / "assets" / "index-a1b2.js.br").write_bytes(b"as if it were brotli")
    (folder / "assets" / "plain-c3.css").write_text("a{}", encoding="utf-8")
    (tmp_path / "outside.txt").write_text("outside", encoding="utf-8")
    (folder / "assets" / "link.txt").symlink_to(tmp_path / "outside.txt")
    return folder


@pytest.fixture
def make_client(context, folder):
    clients = []

    def make(public_url="", page_folder=folder):
        context.settings = Settings(data_dir=context.settings.data_dir, app={"public_url": public_url})
        clients.append(ApiClient(build_api(context, page_folder=page_folder)))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(make_client):
    return make_client()


def policy_of(answer):
    return dict(
        part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";") if part
    )


@pytest.mark.parametrize("path", ["/", "/index.html", "/audiences", "/audiences/aud_1/edit", "/people?q=1", "/tags"])
def test_every_address_of_the_page_gives_the_page(client, path):
    answer = client.get(path, headers=HTML)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-cache"
    assert '<base href="/">' in answer.text
    assert "__" not in answer.text


def test_the_front_door_opens_for_programs_too(client):
    assert "<base" in client.get("/", headers={"Accept": "*/*"}).text


def test_each_answer_has_a_nonce_of_its_own_and_says_it_everywhere(client):
    answers = [client.get("/", headers=HTML) for _ in range(3)]
    nonces = [re.findall(r'nonce="([^"]+)"', answer.text) for answer in answers]
    assert len({nonce for (nonce,) in nonces}) == 3
    for answer, (nonce,) in zip(answers, nonces, strict=True):
        assert f'content="{nonce}"' in answer.text
        policy = policy_of(answer)
        assert policy["script-src"] == policy["style-src"] == f"'self' 'nonce-{nonce}'"
        assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"


def test_the_frame_for_mails_is_a_sandbox_that_only_our_own_page_may_show(client):
    answer = client.get("/preview-frame.html")
    policy = policy_of(answer)
    assert policy["sandbox"] == "allow-scripts"
    assert policy["frame-ancestors"] == "'self'"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    (nonce,) = re.findall(r'nonce="([^"]+)"', answer.text)
    assert policy["script-src"] == f"'nonce-{nonce}'"
    assert "connect-src" not in policy
    assert policy["img-src"] == "'self' data:"


def test_pictures_of_other_servers_are_shown_in_a_mail_only_when_asked_for(client):
    assert policy_of(client.get("/preview-frame.html?pictures=all"))["img-src"] == "https: http: data:"
    assert policy_of(client.get("/preview-frame.html?pictures=some"))["img-src"] == "'self' data:"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=0.000,br; q=0", None),
        ("", None),
        ("identity", None),
    ],
)
def test_hashed_files_are_kept_for_ever_and_come_packed_as_the_client_likes(client, accepted, encoding):
    answer = client.request("GET", "/assets/index-a1b2.js", headers={"Accept-Encoding": accepted})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    if encoding != "br":  # which is made up here
        assert answer.content == SCRIPT


def test_a_file_without_a_packed_one_comes_as_it_is(client):
    answer = client.get("/assets/plain-c3.css", headers={"Accept-Encoding": "br, gzip"})
    assert (answer.text, answer.headers.get("content-encoding")) == ("a{}", None)
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_other_files_are_kept_for_a_while(client):
    answer = client.get("/favicon.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    "path",
    [
        "/api", "/api/v1/nothing", "/api/v2/me", "/t/nothing", "/u", "/docs/nothing", "/assets/gone-1.js", "/assets",
        "/assets/",
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_problem_even_for_a_browser(client, path):
    answer = client.get(path, headers=HTML)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["/favicon.ico", "/robots.txt", "/audiences"])
def test_what_asks_for_anything_but_a_page_gets_a_404(client, path):
    assert client.get(path, headers={"Accept": "image/*,*/*;q=0.8"}).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_the_page_is_only_read(client, method):
    assert client.request(method, "/audiences", headers=HTML).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../index.html", "/assets/%2e%2e/%2e%2e/outside.txt", "/assets/..%2f..%2foutside.txt", "/.build-key",
        "/assets/link.txt", "/assets//index-a1b2.js", "/assets/index-a1b2.js%00", "/assets/..%5coutside.txt",
        "/assets/" + "x" * 5_000,
    ],
)  # fmt: skip
def test_nothing_hidden_and_nothing_outside_is_given_away(client, path):
    answer = client.get(path)
    assert "outside" not in answer.text.replace(path, "").replace("outside.txt", "")
    assert "secret" not in answer.text
    assert answer.status_code in {404, 200}
    if answer.status_code == 200:  # the client itself resolved the dots
        assert "<base" in answer.text


def test_docs_leads_to_the_reference(client):
    answer = client.get("/docs", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (307, "api/v1/docs")


def test_a_new_build_is_seen_without_a_restart(client, folder):
    (folder / "index.html").write_text("new", encoding="utf-8")
    assert client.get("/").text == "new"


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "页面尚未构建"), ("en", "The page is not built")])
def test_without_a_page_one_is_told_how_to_get_it(make_client, tmp_path, language, words):
    client = make_client("https://x.example/cdp", tmp_path / "nothing")
    for path in ("/", "/audiences"):
        answer = client.get(path, headers={**HTML, "Accept-Language": language})
        assert answer.status_code == 503
        assert words in answer.text
        assert "make page" in answer.text
        assert 'href="/cdp/api/v1/docs"' in answer.text
        assert "script-src" not in answer.headers["content-security-policy"]
    assert client.get("/preview-frame.html").status_code == 404
    assert client.get("/api/v1/system/health").status_code == 200


@pytest.mark.parametrize("prefix", ["", "/cdp"], ids=["the proxy took the path away", "the proxy left it"])
def test_everything_works_under_a_path(make_client, make_user, prefix):
    client = make_client("https://x.example/cdp/")
    for path in ("/", "/audiences"):
        assert '<base href="/cdp/">' in client.get(prefix + path, headers=HTML).text
    assert client.get(f"{prefix}/assets/plain-c3.css").text == "a{}"
    assert client.get(f"{prefix}/api/v1/system/health").json() == {"status": "ok"}
    assert client.get(f"{prefix}/api/v1/nothing", headers=HTML).status_code == 404
    assert client.get(f"{prefix}/docs").headers["location"] == "api/v1/docs"
    assert client.get(f"{prefix}/t/o/whatever").headers["content-type"] == "image/gif"

    answer = client.post(f"{prefix}/api/v1/login", json={"email": make_user().email, "password": PASSWORD})
    cookie, *flags = answer.headers["set-cookie"].split("; ")
    assert "Path=/cdp" in flags
    headers = {"Cookie": cookie, "Origin": "https://x.example"}
    assert client.get(f"{prefix}/api/v1/me", headers=headers).status_code == 200
    answer = client.post(f"{prefix}/api/v1/logout", headers=headers)
    assert answer.status_code == 204
    assert "Path=/cdp" in answer.headers["set-cookie"]


def test_a_path_that_only_begins_alike_is_another_one(make_client):
    client = make_client("https://x.example/cdp")
    assert '<base href="/cdp/">' in client.get("/cdp", headers=HTML).text
    assert client.get("/cdpx/api/v1/system/health").status_code == 404
