"""Run as a program, in a network namespace of its own (unshare --net): the main job over loopback alone.

python -P offline.py WORK CACHE

Prints as JSON: what the network is, and what the twin answered.
"""

import fcntl
import json
import shutil
import socket
import struct
import sys
from pathlib import Path

import httpx2
from end_to_end.terminal import Server, Terminal

POSTS = Path(__file__).parents[2] / "examples" / "maud_ferrier" / "posts"
QUESTION = "What had seized the 1908 Singer 66 solid?"
ELSEWHERE = ("192.0.2.1", 443)  # of nobody: reserved for documentation (RFC 5737)
SET_FLAGS, UP = 0x8914, 0x41  # SIOCSIFFLAGS; IFF_UP | IFF_RUNNING


def raise_loopback() -> None:
    """A new namespace's loopback is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh", b"lo", UP))


def why_unreachable() -> str:
    try:
        socket.create_connection(ELSEWHERE, timeout=5).close()
    except OSError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    work, cache = map(Path, sys.argv[1:])
    raise_loopback()
    found = {"interfaces": [name for _, name in socket.if_nameindex()], "elsewhere": why_unreachable()}
    posts = work / "posts"
    posts.mkdir()
    for path in sorted(POSTS.glob("*.md"))[::4]:
        shutil.copy(path, posts)
    terminal = Terminal(work / "data", cache)
    up = terminal.run("up", str(posts), "--author", "Maud Ferrier", "--no-serve", "--force", "--question", QUESTION)
    asked = {"model": "maud-ferrier", "messages": [{"role": "user", "content": QUESTION}]}
    server = Server(terminal)
    try:
        answer = httpx2.post(f"{server.address}/v1/chat/completions", json=asked, timeout=120).json()
        again = terminal.run("ask", QUESTION).stdout
    finally:
        stopped = server.stop()
    sys.stdout.write(json.dumps(found | {"up": up.stdout, "served": answer, "asked": again, "stopped": stopped}))
