"""Which addresses may be fetched: those of the public internet, and hosts that the author named."""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any

from feature_pipeline.errors import AddressRefusedError

if TYPE_CHECKING:
    from httpx2 import URL

Resolve = Callable[..., Sequence[tuple[Any, ...]]]  # socket.getaddrinfo, or what stands for it

# https://www.iana.org/assignments/iana-ipv4-special-registry and RFC 5771. Spelt out, since what `ipaddress` calls
# global has changed between patch releases of Python.
REFUSED_IPV4 = {
    ip_network(network): why
    for network, why in {
        "0.0.0.0/8": "this machine, unspecified",
        "10.0.0.0/8": "a private network",
        "100.64.0.0/10": "a provider's private network (CGNAT)",
        "127.0.0.0/8": "this machine",
        "168.63.129.16/32": "a cloud's metadata service",
        "169.254.0.0/16": "link-local, where clouds keep their metadata",
        "172.16.0.0/12": "a private network",
        "192.0.0.0/24": "reserved",
        "192.0.2.0/24": "reserved for documentation",
        "192.88.99.0/24": "a 6to4 relay",
        "192.168.0.0/16": "a private network",
        "198.18.0.0/15": "reserved for benchmarks",
        "198.51.100.0/24": "reserved for documentation",
        "203.0.113.0/24": "reserved for documentation",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved",
    }.items()
}
# https://www.iana.org/assignments/ipv6-address-space: only this block is handed out; loopback, link-local, private,
# multicast, IPv4-mapped and -compatible addresses and NAT64 lie outside of it.
PUBLIC_IPV6 = IPv6Network("2000::/3")
REFUSED_IPV6 = {
    IPv6Network(network): why
    for network, why in {
        "2001::/32": "Teredo, which wraps an IPv4 address",
        "2001::/23": "reserved for protocols",
        "2001:db8::/32": "reserved for documentation",
        "2002::/16": "6to4, which wraps an IPv4 address",
        "3fff::/20": "reserved for documentation",
    }.items()
}
WAY_OUT = "If it is meant, name the host in fetching.allow_hosts."


def web_address(url: str) -> "URL":
    """`url`, normalised, without its fragment. Raises AddressRefusedError unless it is http(s) to a plain host."""
    from httpx2 import URL, InvalidURL

    try:
        address = URL(url.strip()).copy_with(fragment=None)
        if address.host.endswith("."):  # the same name, spelt to the root
            address = address.copy_with(host=address.host.rstrip("."))
        scheme, host = address.scheme, address.raw_host.decode("ascii")
    except (InvalidURL, ValueError) as error:
        raise AddressRefusedError(f"{url!r} is no web address: {error}") from None
    if scheme not in ("http", "https") or not host:
        raise AddressRefusedError(f"{url!r} is no web address: only http://… and https://… are fetched.")
    if address.userinfo:
        raise AddressRefusedError(f"an address of {host} holds a name or password before the @: not fetched.")
    if "%" in host or not (address.port is None or 0 < address.port < 65536):
        raise AddressRefusedError(f"{url!r} is no web address: its host or port is none that could be reached.")
    return address


def vetted_addresses(host: str, port: int, *, allow_hosts: Sequence[str], resolve: Resolve) -> list[str]:
    """The IP addresses to connect to. One that is not public refuses all: a name with two faces is an attack.

    Raises AddressRefusedError; OSError and UnicodeError when the name cannot be resolved.
    """
    answers = resolve(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    if not _is_allowed(host, port, allow_hosts):
        for address in addresses:
            if why := why_not_public(address):
                leads = f"{host} leads to {address}" if address != host else host
                raise AddressRefusedError(f"{leads}: {why}. Only the public internet is fetched from. {WAY_OUT}")
    return addresses


def why_not_public(address: str) -> str:
    """Why `address` is none of the public internet; "" when it is."""
    parsed: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(parsed, IPv4Address):
        return next((why for network, why in REFUSED_IPV4.items() if parsed in network), "")
    if parsed not in PUBLIC_IPV6:
        return "this machine, a private network, or an IPv4 address in disguise"
    return next((why for network, why in REFUSED_IPV6.items() if parsed in network), "")


def _is_allowed(host: str, port: int, allow_hosts: Sequence[str]) -> bool:
    plain = host.lower().rstrip(".")
    spellings = {plain, f"{plain}:{port}", f"[{plain}]", f"[{plain}]:{port}"}
    return any(entry.strip().lower().rstrip(".") in spellings for entry in allow_hosts)
