"""Who may drive the page: the link, the session's two secrets, and what is open to whom; on a live server."""

from collections.abc import Iterator

import httpx2
import pytest

from fakes.service import ASKED, Service
from fakes.world import World
from inference_pipeline.api.sessions import Sessions
from inference_pipeline.keys import KeyStore

CHAT = {"model": "maud", "messages": ASKED}


@pytest.fixture
def service(world: World) -> Iterator[Service]:
    service = Service(world)
    yield service
    service.stop()


def signed_in(service: Service) -> tuple[httpx2.Client, dict[str, str]]:
    """A browser that followed the link, and the header that its page sends."""
    browser = httpx2.Client(base_url=service.address, timeout=30, verify=False)
    answer = browser.get("/", params={"token": service.app.state.sessions.link()})
    assert answer.status_code == 303
    place, _, token = answer.headers["location"].rpartition("/")
    assert place == "./#/signin"
    return browser, {"X-CSRF-Token": token}


def test_the_link_opens_one_session(service: Service) -> None:
    token = service.app.state.sessions.link()
    first = service.http.get("/", params={"token": token})
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert "Secure" not in cookie  # it came over http
    again = httpx2.get(f"{service.address}/", params={"token": token}, verify=False)
    assert again.headers["location"] == "./#/signin/used"
    assert "set-cookie" not in again.headers


def test_what_looks_after_the_server_needs_the_session_where_there_are_no_keys(service: Service) -> None:
    """Another user of this machine reaches the port, and may ask as documented; no more than that."""
    assert service.http.post("/v1/chat/completions", json=CHAT).status_code == 200
    assert service.http.get("/metrics").status_code == 200
    for method, path in (("GET", "/admin/status"), ("POST", "/admin/authors/maud/rollback"), ("POST", "/admin/keys")):
        refused = service.http.request(method, path, json={"name": "mine"} if path.endswith("keys") else None)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "insufficient_scope")
        assert "twin serve" in refused.json()["error"]["message"]
    assert not service.keys.required
    browser, header = signed_in(service)
    assert browser.get("/admin/status", headers=header).status_code == 200


def test_the_cookie_alone_is_nobody(service: Service) -> None:
    """Browsers send it to every port of this host, so that another user's server may have seen it."""
    browser, header = signed_in(service)
    assert browser.get("/admin/status").status_code == 403
    for wrong in ({}, {"X-CSRF-Token": "x"}, header | {"Origin": "http://127.0.0.1:1"}):
        assert browser.post("/v1/chat/completions", json=CHAT, headers=wrong).status_code == 403
    assert browser.post("/admin/keys", json={"name": "mine"}).json()["error"]["code"] == "csrf_token_invalid"
    own = header | {"Origin": service.address}
    assert browser.post("/v1/chat/completions", json=CHAT, headers=own).status_code == 200
    assert httpx2.get(f"{service.address}/admin/status", headers=header, verify=False).status_code == 403


def test_a_page_that_may_ask_by_cors_may_not_use_the_session(world: World) -> None:
    from configs.settings import load_settings

    page = "http://localhost:3000"  # the same site, for SameSite
    access = load_settings(environ={}).access.model_copy(update={"cors_origins": [page]})
    service = Service(world, access)
    try:
        browser, header = signed_in(service)
        refused = browser.post("/admin/authors/maud/rollback", headers=header | {"Origin": page})
        assert refused.json()["error"]["code"] == "csrf_token_invalid"
    finally:
        service.stop()


def test_a_key_opens_a_session_with_its_scopes_for_as_long_as_it_lives(service: Service) -> None:
    key, _ = service.keys.create("ann", authors=["maud"])
    browser = httpx2.Client(base_url=service.address, timeout=30, verify=False)
    assert browser.post("/session", json={"key": key[:-1]}).status_code == 401
    header = {"X-CSRF-Token": browser.post("/session", json={"key": key}).json()["csrf_token"]}
    shown = browser.get("/session", headers=header).json()
    assert (shown["signed_in"], shown["scopes"], shown["authors"]) == (True, ["chat"], ["maud"])
    assert browser.post("/v1/chat/completions", json=CHAT, headers=header).status_code == 200
    assert browser.post("/v1/chat/completions", json=CHAT | {"model": "dex"}, headers=header).status_code == 404
    assert browser.get("/admin/status", headers=header).status_code == 403
    service.keys.revoke("ann")
    assert browser.get("/v1/models", headers=header).status_code == 401


def test_signing_out_ends_it(service: Service) -> None:
    browser, header = signed_in(service)
    cookie = dict(browser.cookies)
    assert browser.delete("/session", headers=header).json()["signed_in"] is False
    assert not browser.cookies
    browser.cookies.update(cookie)
    assert browser.get("/admin/status", headers=header).status_code == 403


def test_with_keys_a_stranger_sees_the_page_and_nothing_else(service: Service) -> None:
    service.keys.create("ann")
    for path in ("/", "/web/app.js", "/session", "/health"):
        assert service.http.get(path).status_code == 200
    assert service.http.get("/session").json()["scopes"] == []
    for path in ("/v1/models", "/metrics", "/openapi.json", "/admin/status", "/web/../keys.sqlite"):
        assert service.http.get(path).status_code in (401, 404), path


def test_sessions_end_when_they_are_idle_and_when_there_are_too_many(service: Service) -> None:
    now = [0.0]
    sessions = Sessions(KeyStore(service.world.folder / "none.sqlite"), clock=lambda: now[0])
    opened = [sessions.open_by_link(sessions.link()) for _ in range(300)]
    cookies = [one[0] for one in opened if one]
    assert sessions.find(cookies[0]) is None
    assert sessions.find(cookies[-1]) is not None
    now[0] = 8 * 86400.0
    assert sessions.find(cookies[-1]) is None
    assert sessions.find("\udc80") is None


def test_the_page_may_run_and_load_its_own_files_alone(service: Service) -> None:
    for path in ("/", "/web/app.js", "/web/style/base.css"):
        answer = service.http.get(path)
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        plain = service.http.get(path, headers={"Accept-Encoding": "identity"})
        assert (plain.content, answer.headers["content-encoding"]) == (answer.content, "gzip")
        same = service.http.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")
    api = service.http.get("/v1/models")
    assert api.headers["x-content-type-options"] == "nosniff"
