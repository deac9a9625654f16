"""Who gets in, before a request's body is read: host, origin, key or session, scope, limits, room, size, in this order.

A refusal costs one look into a small file and no model, so it comes at once however busy the server is.
"""

import asyncio
import hmac
import ipaddress
from contextlib import ExitStack

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from configs.errors import NewerFormatError
from configs.settings import AccessSettings
from inference_pipeline.api.admission import Admission
from inference_pipeline.api.errors import WireError, wire_error
from inference_pipeline.api.limits import KeyLimits
from inference_pipeline.api.sessions import Session, Sessions
from inference_pipeline.errors import KeysUnusableError, OverloadedError, RateLimitedError
from inference_pipeline.keys import EVERYTHING, LOCAL, NOTHING, Caller, KeyStore
from inference_pipeline.metrics import REFUSED
from model_registry.errors import UnknownModelError

# /health and /ready are asked by whatever watches the process. The page and its files hold nothing of anybody, and
# /session tells a stranger how to get in.
OPEN = frozenset({"/health", "/ready", "/", "/session"})
OPEN_FILES = "/web/"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "x-csrf-token"
COOKIE = "twin_session"
STREAMED = frozenset({"/admin/uploads"})  # with limits of its own, as it may be larger than memory
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
PASSED_ON = ("forwarded", "x-forwarded-for", "x-real-ip")  # by a proxy, for somebody who is not on this machine
BYTES_PER_MB = 1_000_000
CLOSE = {"Connection": "close"}  # what is left of the body is not read

ASKS_FOR_KEY = WireError(
    401,
    "this server asks for a key: Authorization: Bearer KEY. Its operator makes one with: twin keys create NAME",
    "authentication_error",
    code="invalid_api_key",
    headers={"WWW-Authenticate": "Bearer"},
)
WRONG_KEY = WireError(
    401,
    "this key is not known here, has expired or was revoked.",
    "authentication_error",
    code="invalid_api_key",
    headers={"WWW-Authenticate": "Bearer"},
)
FORGED = WireError(
    403,
    "a browser's session counts with its token alone, X-CSRF-Token, from this server's own page. Sign in again.",
    "permission_error",
    code="csrf_token_invalid",
)
TOO_SLOW = WireError(408, "the request did not arrive in time.", code="request_timeout", headers=CLOSE)


# In the scope of a request that this process makes of itself, for a caller who was let in: no client can put it there.
ADMITTED = "llm_twin.admitted"


class _RefusedError(Exception):
    def __init__(self, answer: WireError) -> None:
        self.answer = answer


def caller_of(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


def session_of(request: Request) -> Session | None:
    """None: it was not a session that let the request in."""
    session: Session | None = request.state.session
    return session


def cookie_name(scope: Scope) -> str:
    """Cookies know no ports: two servers on one machine must not take each other's."""
    return f"{COOKIE}_{(scope.get('server') or ('', ''))[1]}"


def route_path(scope: Scope) -> str:
    """The path as the routes are named, without the prefix that a proxy passes on."""
    path: str = scope["path"]
    prefix = scope.get("root_path", "")
    return path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path


def require_author(request: Request, author: str) -> None:
    """To be called by every route that names an author, before anything of the author's is touched.

    Raises UnknownModelError, as for an author who does not exist: a key learns nothing of who else is here."""
    if not caller_of(request).may_use(author):
        raise UnknownModelError("this key may not use that author")  # replaced on its way out: api/errors.py


class AccessControl:
    """ASGI middleware around the routes; the routes find the caller in the request's state."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        keys: KeyStore,
        sessions: Sessions,
        own_key: str,
        settings: AccessSettings,
        admission: Admission,
    ) -> None:
        self._app = app
        self._own_key = own_key.encode()
        self._keys = keys
        self._sessions = sessions
        self._settings = settings
        self._admission = admission
        self._limits = KeyLimits(a_minute=settings.requests_per_minute, at_once=settings.concurrent_requests)
        self._max_body = round(settings.max_body_mb * BYTES_PER_MB)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or ADMITTED in scope:
            await self._app(scope, receive, send)
            return
        send = _hardened(send)
        try:
            with ExitStack() as held:
                caller, session = self._admit(scope, held)
                scope.setdefault("state", {}).update(caller=caller, session=session)
                body = await self._body(scope, receive) if _is_read(scope) else None
                await self._app(scope, _replayed(body, receive) if body is not None else receive, send)
        except _RefusedError as refused:
            REFUSED.labels(str(refused.answer.status)).inc()
            await refused.answer.response()(scope, receive, send)

    def _admit(self, scope: Scope, held: ExitStack) -> tuple[Caller, Session | None]:
        headers = Headers(scope=scope)
        self._check_host(scope, headers)
        self._check_origin(scope, headers)
        path = route_path(scope)
        is_open = path in OPEN or path.startswith(OPEN_FILES)
        try:
            caller, session = self._caller(scope, headers)
            if is_open:
                return caller or NOTHING, session
            if caller is None:
                raise _RefusedError(WRONG_KEY if "authorization" in headers else ASKS_FOR_KEY)
            self._check_scope(caller, path)
        except (KeysUnusableError, NewerFormatError) as error:
            if is_open:  # it lives all the same
                return NOTHING, None
            raise _RefusedError(wire_error(error)) from error
        try:
            if caller.key:
                held.enter_context(self._limits.request(caller.key))
            if scope["method"] == "POST" and path.startswith("/v1/"):
                self._admission.require_room()
        except (RateLimitedError, OverloadedError) as error:
            raise _RefusedError(wire_error(error)) from error
        return caller, session

    def _caller(self, scope: Scope, headers: Headers) -> tuple[Caller | None, Session | None]:
        """By key, by that of this machine's commands, by the page's session, or from this machine while there are no
        keys. No caller: a key is needed, and there is no good one."""
        scheme, _, shown = headers.get("authorization", "").partition(" ")
        if hmac.compare_digest(shown.strip().encode(), self._own_key):
            return EVERYTHING, None
        if scheme.lower() == "bearer" and (caller := self._keys.caller(shown.strip())):
            return caller, None
        cookie = cookie_parser(headers.get("cookie", "")).get(cookie_name(scope), "")
        if "authorization" not in headers and cookie and (found := self._sessions.find(cookie)):
            session, by_session = found
            if _is_of_own_page(scope, headers, session):
                return by_session, session
            if scope["method"] not in READING and route_path(scope) not in OPEN:
                raise _RefusedError(FORGED)
        elsewhere = _reached_from_elsewhere(scope) or any(name in headers for name in PASSED_ON)
        return (None if self._keys.required or elsewhere else LOCAL), None

    def _check_scope(self, caller: Caller, path: str) -> None:
        if path == "/metrics" and not self._keys.required:
            return  # figures without a name or a word in them
        needed = "admin" if path == "/metrics" or path.startswith("/admin") else "chat"
        if needed in caller.scopes:
            return
        if caller is LOCAL:
            message = (
                f"{path} needs the session of the link that twin serve printed, or a key with the scope {needed!r}: "
                "twin keys create NAME --scope admin"
            )
        else:
            message = f"this key lacks the scope {needed!r} that {path} needs."
        raise _RefusedError(WireError(403, message, "permission_error", code="insufficient_scope"))

    def _check_host(self, scope: Scope, headers: Headers) -> None:
        """On loopback, a page whose name was made to resolve to 127.0.0.1 (DNS rebinding) names itself here."""
        address = _own_address(scope)
        name = _without_port(headers.get("host", ""))
        if address is None or not address.is_loopback or name in LOOPBACK_NAMES or name in self._settings.hosts:
            return
        message = f"the host {name!r} is not this server's. Where a proxy passes it on: --set access.hosts=[{name}]"
        raise _RefusedError(WireError(403, message, "permission_error", code="host_not_allowed"))

    def _check_origin(self, scope: Scope, headers: Headers) -> None:
        """A browser says which page asks. Without this any page could send a request, though not read its answer."""
        origin = headers.get("origin")
        if origin in (None, _own_origin(scope, headers)) or origin in self._settings.cors_origins:
            return
        message = f"pages of {origin} may not ask here. To allow it: --set access.cors_origins=[{origin}]"
        raise _RefusedError(WireError(403, message, "permission_error", code="origin_not_allowed"))

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """Counted as it arrives: Content-Length may be absent."""
        declared = Headers(scope=scope).get("content-length", "")
        too_large = WireError(
            413,
            f"a request's body may have {self._max_body} bytes, this one has more.",
            code="request_too_large",
            headers=CLOSE,
        )
        if declared.isdecimal() and int(declared) > self._max_body:
            raise _RefusedError(too_large)
        body = bytearray()
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                while True:
                    message = await receive()
                    body += message.get("body", b"")
                    if len(body) > self._max_body:
                        raise _RefusedError(too_large)
                    if not message.get("more_body", False):  # also of http.disconnect
                        return bytes(body)
        except TimeoutError:
            raise _RefusedError(TOO_SLOW) from None


def _is_of_own_page(scope: Scope, headers: Headers, session: Session) -> bool:
    """A browser sends a cookie along whatever page asks, and to servers on every port of its host. The token is kept
    where the pages of this origin alone can read it."""
    own = headers.get("origin") in (None, _own_origin(scope, headers))
    return own and hmac.compare_digest(headers.get(CSRF_HEADER, "").encode(), session.csrf.encode())


def _hardened(send: Send) -> Send:
    """Nothing that is sent is taken for another type than it names, or tells other sites where a link was."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("X-Content-Type-Options", "nosniff")
            headers.setdefault("Referrer-Policy", "no-referrer")
        await send(message)

    return sending


def _own_origin(scope: Scope, headers: Headers) -> str:
    return f"{scope['scheme']}://{headers.get('host', '')}"


def _is_read(scope: Scope) -> bool:
    return scope["method"] in ("POST", "PUT", "PATCH") and route_path(scope) not in STREAMED


def _replayed(body: bytes, receive: Receive) -> Receive:
    waiting = [body]

    async def replay() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replay


def _own_address(scope: Scope) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that the connection came in on; None where there is none (a Unix socket)."""
    try:
        return ipaddress.ip_address((scope.get("server") or ("",))[0])
    except ValueError:
        return None


def _reached_from_elsewhere(scope: Scope) -> bool:
    address = _own_address(scope)
    return address is not None and not address.is_loopback


def _without_port(host: str) -> str:
    """ "[::1]:8610" → "[::1]", "LocalHost:8610" → "localhost"."""
    end = host.find("]") + 1
    return (host[:end] if end else host.partition(":")[0]).lower().rstrip(".")
