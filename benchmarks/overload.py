"""A server under ten times the load that it can carry: what is refused, how fast, and how long the others wait.

    python -m benchmarks.overload AUTHOR [--seconds 60] [--clients 2]

Starts `twin serve` over the data folder of the settings. Unloaded: one stream after another. Then sixteen requests at
the same instant: what they got, and how many were answered in the order in which they came. Capacity: a few clients,
each asking again at once. Overload: requests arrive at random (Poisson) at ten times that rate,
whatever becomes of them. Then 200 streams are left after their first token, and 100 readers take nothing of theirs.
First tokens, and the memory of server and engines, are also given as ratios to the unloaded server.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx2

QUESTIONS = ("What did you write about last?", "What do you think of tests?", "How do you begin a new thing?")
TOKENS = 48
OVERLOAD = 10


@dataclass
class Found:
    first: list[float] = field(default_factory=list)  # ms to the first token of answers that were let in
    refused: list[float] = field(default_factory=list)  # ms to a refusal
    statuses: Counter[str] = field(default_factory=Counter)
    answered: int = 0


async def ask(client: httpx2.AsyncClient, model: str, found: Found, *, leave: bool = False) -> None:
    body = {
        "model": model,
        "messages": [{"role": "user", "content": random.choice(QUESTIONS)}],
        "stream": True,
        "max_tokens": TOKENS,
    }
    began = time.perf_counter()
    try:
        async with client.stream("POST", "/v1/chat/completions", json=body) as response:
            found.statuses[str(response.status_code)] += 1
            if response.status_code != 200:
                await response.aread()
                found.refused.append(1000 * (time.perf_counter() - began))
                return
            waiting = True
            async for line in response.aiter_lines():
                if (
                    waiting
                    and line.startswith("data: {")
                    and json.loads(line[6:])["choices"][0]["delta"].get("content")
                ):
                    found.first.append(1000 * (time.perf_counter() - began))
                    waiting = False
                    if leave:
                        return
            found.answered += 1
    except httpx2.HTTPError as error:
        found.statuses[type(error).__name__] += 1


async def one_after_another(client: httpx2.AsyncClient, model: str, count: int) -> Found:
    found = Found()
    for _ in range(count):
        await ask(client, model, found)
    return found


async def at_the_same_instant(client: httpx2.AsyncClient, model: str, count: int) -> str:
    """They are sent one by one, in milliseconds, so that there is an order."""
    found, order = Found(), list[int]()

    async def numbered(number: int) -> None:
        await ask(client, model, found)
        order.append(number)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(numbered(number))
            await asyncio.sleep(0.001)
    seconds = time.perf_counter() - began
    moved = max(abs(place - number) for place, number in enumerate(order))
    return f"{dict(found.statuses)} in {seconds:.2f} s, at most {moved} places from the order in which they came"


async def saturated(client: httpx2.AsyncClient, model: str, clients: int, seconds: float) -> float:
    """Answers a second."""
    found, end = Found(), time.monotonic() + seconds

    async def keep_asking() -> None:
        while time.monotonic() < end:
            await ask(client, model, found)

    began = time.perf_counter()
    await asyncio.gather(*(keep_asking() for _ in range(clients)))
    return found.answered / (time.perf_counter() - began)


async def overloaded(client: httpx2.AsyncClient, model: str, rate: float, seconds: float) -> Found:
    found, end = Found(), time.monotonic() + seconds
    asking: set[asyncio.Task[None]] = set()
    while time.monotonic() < end:
        task = asyncio.create_task(ask(client, model, found))
        asking.add(task)
        task.add_done_callback(asking.discard)
        await asyncio.sleep(random.expovariate(rate))
    await asyncio.gather(*asking)
    return found


async def abandoned(client: httpx2.AsyncClient, model: str, count: int) -> float:
    """Seconds to a normal answer after so many streams were left."""
    left = Found()
    while len(left.first) < count:
        missing = count - len(left.first)
        await asyncio.gather(*(ask(client, model, left, leave=True) for _ in range(min(missing, 8))))
    began = time.perf_counter()
    after = await one_after_another(client, model, 1)
    assert after.answered == 1, after.statuses
    return time.perf_counter() - began


@contextlib.contextmanager
def stalled_readers(address: str, model: str, count: int) -> Iterator[None]:
    """Clients that ask, and then take nothing of what comes."""
    host, _, port = address.removeprefix("http://").partition(":")
    body = json.dumps(
        {"model": model, "messages": [{"role": "user", "content": QUESTIONS[0]}], "stream": True}
    ).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            reader = stack.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            reader.connect((host, int(port)))
            reader.sendall(request)
        yield


def memory_mb(root: int) -> float:
    """Resident memory of a process and all its descendants."""
    children: dict[int, list[int]] = {}
    pages: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            pid = int(entry.name)
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            pages[pid] = int((entry / "statm").read_text().split()[1])
            children.setdefault(parent, []).append(pid)
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        total += pages.get(pid, 0)
        waiting += children.get(pid, [])
    return total * os.sysconf("SC_PAGE_SIZE") / 1e6


async def watched(work: Coroutine[Any, Any, Found], pid: int) -> tuple[Found, float]:
    """With the highest memory meanwhile, in MB."""
    highest = 0.0
    task = asyncio.ensure_future(work)
    while not task.done():
        highest = max(highest, memory_mb(pid))
        await asyncio.wait({task}, timeout=0.5)
    return task.result(), highest


async def measure(address: str, pid: int, model: str, *, clients: int, seconds: float) -> None:
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=64)
    async with httpx2.AsyncClient(base_url=address, timeout=300, limits=limits) as client:
        await one_after_another(client, model, 3)
        unloaded = median((await one_after_another(client, model, 7)).first)
        print(f"sixteen at the same instant: {await at_the_same_instant(client, model, 16)}")
        rate = await saturated(client, model, clients, min(20.0, seconds))
        before = memory_mb(pid)
        print(f"unloaded: first token {unloaded:.0f} ms, {before:.0f} MB; {rate:.2f} answers/s with {clients} clients")
        found, highest = await watched(overloaded(client, model, OVERLOAD * rate, seconds), pid)
        print(f"overload of {OVERLOAD * rate:.1f} requests/s for {seconds:.0f} s: {dict(found.statuses)}")
        middle, late = median(found.first), quantiles(found.first, n=20)[-1]
        print(f"  first token: median {middle:.0f} ms ({middle / unloaded:.2f}×), p95 {late / unloaded:.2f}×")
        if len(found.refused) > 1:
            late = quantiles(found.refused, n=100)[-1]
            print(f"  refusals: median {median(found.refused):.1f} ms, p99 {late:.1f} ms")
        print(f"  memory: at most {highest:.0f} MB ({highest / before:.2f}×)")
        print(f"after 200 abandoned streams: an answer in {await abandoned(client, model, 200):.2f} s")
        before = memory_mb(pid)
        with stalled_readers(address, model, 100):
            await asyncio.sleep(5)
            print(f"100 stalled readers: {memory_mb(pid) - before:+.1f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("author")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--clients", type=int, default=2, help="who ask at once while the capacity is measured")
    given = parser.parse_args()
    with subprocess.Popen(
        [sys.executable, "-m", "twin", "--set", "serving.port=0", "serve"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        try:
            address = next(
                word for line in server.stdout for word in line.split() if word.startswith("http://")
            ).rstrip(".,")
            while httpx2.get(f"{address}/ready").status_code != 200 and "@" not in given.author:
                time.sleep(0.2)
            asyncio.run(measure(address, server.pid, given.author, clients=given.clients, seconds=given.seconds))
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
