"""Addresses that lead into a private network, in all their spellings, are refused before anything is sent."""

import socket
from pathlib import Path
from typing import Any

import pytest

from fakes.web_server import Answer, fetching_settings, polite_fetcher, web_server
from feature_pipeline.errors import AddressRefusedError
from feature_pipeline.fetching.addresses import vetted_addresses, web_address, why_not_public
from feature_pipeline.fetching.cache import PageCache
from feature_pipeline.fetching.polite import PoliteFetcher

PRIVATE = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
    *("192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1"),
    *("255.255.255.255", "192.88.99.1"),
    *("::", "::1", "fe80::1", "febf::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::ffff:0:127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::1"),
    *("2001::1", "2001:0:7f00:1::", "2001:db8::1", "2001:2::1", "2001:10::1", "2001:20::1", "3fff::1", "100::1"),
    "5f00::1",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "192.169.0.1", "223.255.255.255"]
PUBLIC_6 = ["2606:4700:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888", "2003::1"]
SPELLINGS = [
    *("http://127.0.0.1/", "http://127.1/", "http://0/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/"),
    *("http://0177.0.0.1/", "http://017700000001/", "http://127.0.0.1./", "http://127.0.0.1:8080/", "http://[::1]/"),
    *("http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::]/"),
    *("http://[fe80::1]/", "http://[fd00:ec2::254]/", "http://169.254.169.254/latest/meta-data/", "http://0xa9fea9fe/"),
    *("http://2852039166/", "http://[::ffff:a9fe:a9fe]/", "http://[64:ff9b::a9fe:a9fe]/", "http://10.1/"),
    *("http://LOCALHOST/", "http://localhost./", "https://127.0.0.1/", "HTTP://127.0.0.1/", "http://[2002:7f00:1::]/"),
]
NO_WEB_ADDRESSES = [
    *("ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1:70/", "dict://127.0.0.1:11211/", "data:,x", ""),
    *("javascript:alert(1)", "//example.org/", "example.org", "http://", "http:///x", "https://?x", "http://:80/"),
    *("http://maud:secret@example.org/", "http://maud@example.org/", "http://example.org@127.0.0.1/", "http://a\\@b/"),
    *("http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[::1%25lo]/", "http://exa mple.org/"),
    *("http://①②⑦.⓪.⓪.①/", "http://exam\nple.org/", "http://example.org:0/", "http://example.org:65536/"),
    *("http://[::1", "http://[not-an-address]/", "http://%31%32%37.0.0.1/", "http://example.org:80:80/"),
]


def answering(*addresses: str) -> Any:
    """What a name server that is asked for any name would say."""

    def resolve(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return resolve


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_of_the_public_internet_is_known(address: str) -> None:
    assert why_not_public(address)
    with pytest.raises(AddressRefusedError, match=r"blog\.example leads to .*allow_hosts"):
        vetted_addresses("blog.example", 80, allow_hosts=[], resolve=answering(address))


@pytest.mark.parametrize("address", [*PUBLIC, *PUBLIC_6])
def test_a_public_address_is_not_refused(address: str) -> None:
    assert why_not_public(address) == ""
    assert vetted_addresses("blog.example", 80, allow_hosts=[], resolve=answering(address)) == [address]


@pytest.mark.parametrize("url", SPELLINGS)
def test_every_spelling_is_refused_and_nothing_is_sent(tmp_path: Path, url: str) -> None:
    with web_server() as server:
        target = url.replace(":8080", f":{server.port}")
        with (
            polite_fetcher(tmp_path, allow_hosts=[], obey_robots=False) as fetcher,
            pytest.raises(AddressRefusedError, match=r"Only the public internet|Invalid IPv4"),
        ):
            fetcher.get(target)
        assert server.asked == []


@pytest.mark.parametrize("url", NO_WEB_ADDRESSES)
def test_what_is_no_web_address_is_refused_without_looking_it_up(url: str) -> None:
    with pytest.raises(AddressRefusedError):
        web_address(url)


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(AddressRefusedError) as caught:
        web_address("https://maud:hunter2@example.org/")
    assert "hunter2" not in str(caught.value)


def test_one_private_address_among_public_ones_refuses_all() -> None:
    with pytest.raises(AddressRefusedError, match=r"rebinding\.example leads to 10\.0\.0\.8: a private network"):
        vetted_addresses("rebinding.example", 80, allow_hosts=[], resolve=answering("93.184.216.34", "10.0.0.8"))


def test_what_is_connected_to_is_what_was_vetted(tmp_path: Path) -> None:
    """A name server that answers twice, first with a public address, then with loopback, gains nothing."""
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    asked = []

    def resolve(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        return list(answering(*next(answers))(host, port))

    connected: list[Any] = []
    settings = fetching_settings(allow_hosts=[], obey_robots=False, attempts=1, timeout_seconds=0.01)
    original = socket.create_connection
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "create_connection", lambda address, *_, **__: connected.append(address) or _refuse())
        with PoliteFetcher(settings, PageCache(tmp_path / "p"), resolve=resolve) as fetcher, pytest.raises(Exception):  # noqa: B017, PT011
            fetcher.get("http://rebinding.example/")
    assert socket.create_connection is original
    assert asked == ["rebinding.example"]
    assert [address[0] for address in connected] == ["8.8.8.8"]


def _refuse() -> None:
    raise ConnectionRefusedError("nobody there")


@pytest.mark.parametrize(
    "location",
    ["http://10.0.0.1/", "http://localhost:{port}/secret", "http://[::1]:{port}/secret", "//169.254.169.254/x",
     "file:///etc/passwd", "http://maud:x@127.0.0.1:{port}/secret", "http://2130706433:{port}/secret", "gopher://x/"],
)  # fmt: skip
def test_every_redirect_is_vetted_again(tmp_path: Path, location: str) -> None:
    with web_server() as server, polite_fetcher(tmp_path, obey_robots=False) as fetcher:
        server.routes |= {
            "/": Answer(status=302, headers={"Location": location.format(port=server.port)}),
            "/secret": Answer(b"secret"),
        }
        with pytest.raises(AddressRefusedError, match="redirects to"):
            fetcher.get(f"{server.url}/")
        assert server.paths == ["/"]


def test_a_host_is_let_through_by_its_name_or_with_its_port(tmp_path: Path) -> None:
    with web_server({"/": Answer(b"hello")}) as server:
        for number, allowed in enumerate(["127.0.0.1", f"127.0.0.1:{server.port}", " 127.0.0.1. "]):
            with polite_fetcher(tmp_path / str(number), allow_hosts=[allowed], obey_robots=False) as fetcher:
                assert fetcher.get(f"{server.url}/").body == b"hello"
        for number, other in enumerate(["127.0.0.1:1", "localhost", "127.0.0.2", "0.0.1", ""]):
            with (
                polite_fetcher(tmp_path / f"no{number}", allow_hosts=[other], obey_robots=False) as fetcher,
                pytest.raises(AddressRefusedError),
            ):
                fetcher.get(f"{server.url}/")
