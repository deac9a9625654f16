"""Which versions are in memory, and which of them answers as the champion.

A version is verified before it is loaded, and never closed while a request uses it. A new champion is loaded beside
the old one, and takes over when it is ready; requests under way end where they began.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from configs.errors import TwinError
from configs.memory import ran_out
from feature_store.versions import AuthorProfile
from inference_pipeline.engines import Engine
from inference_pipeline.errors import EngineUnavailableError, OutOfMemoryError, OverloadedError
from model_registry.base_models import BaseModelFiles
from model_registry.errors import IncompatibleModelError, TaintedModelError, UnknownModelError
from model_registry.manifest import AdapterManifest, verify_folder
from model_registry.ports import CHAMPION, AdapterVersion, ModelResolver
from model_registry.prompting import PROMPT_VERSION

BASE = "base"  # the reference that means no adapter
RETRY_SECONDS = 60.0  # a champion that could not be loaded is tried again after this

AGAIN = {  # how to have what a version was trained with
    "base model": "Set base_model.name to the old one again",
    "encoder": "Set feature_store.encoder to the old one again (all-minilm-l6-v2 was the default once)",
    "prompt": "Install the release that it was trained with",
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that answers."""

    author: str
    author_name: str
    name: str  # "v3", or "base"
    folder: Path | None  # of the version; None for the base model
    features: int | None  # n of the F_n that the version was trained on
    engine: Engine


@dataclass(eq=False, slots=True)
class _Slot:
    engine: Engine
    users: int = 0
    used_at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class _Refused:
    number: int
    at: float  # time.monotonic()


class EnginePool:
    """At most `capacity` engines stay loaded; one more while a new champion takes over. Lives in one event loop.

    `load` makes an engine of an adapter version (None: the base alone) and blocks; `encoder_of` gives the
    fingerprint of what questions to an author are embedded with; `profile` names an author who has no version. While
    all the room is in use, a version that is not loaded waits for at most `max_wait_seconds`.
    """

    def __init__(
        self,
        *,
        resolver: ModelResolver,
        base: BaseModelFiles,
        encoder_of: Callable[[str], str],
        load: Callable[[AdapterVersion | None], Engine],
        profile: Callable[[str], AuthorProfile],
        capacity: int,
        max_wait_seconds: float = 0.0,
    ) -> None:
        self._resolver = resolver
        self._base = base
        self._encoder_of = encoder_of
        self._load = load
        self._profile = profile
        self._capacity = capacity
        self._max_wait_seconds = max_wait_seconds
        self._left = asyncio.Event()  # a request has let go of its model
        self._slots: dict[Path | None, _Slot] = {}
        self._champions: dict[str, AdapterVersion] = {}  # loaded at least once
        self._refused: dict[str, _Refused] = {}
        self._warned: dict[str, str] = {}
        self._loading = asyncio.Lock()  # one at a time: memory
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def champions(self) -> dict[str, AdapterVersion]:
        """Which version answers for an author, of those that were asked for or loaded so far."""
        return dict(self._champions)

    @asynccontextmanager
    async def lease(self, author: str, reference: str = CHAMPION) -> AsyncIterator[LoadedModel]:
        """Use a model; it stays loaded until this is left. `reference` is "champion", "v3", an alias or "base".

        Raises UnknownModelError, UnknownAuthorError, CorruptModelError, IncompatibleModelError, EngineUnavailableError,
        and OverloadedError when other versions take all the room.
        """
        if reference == BASE:
            version, folder = None, None
            author_name = (await asyncio.to_thread(self._profile, author)).name
        else:
            version = await self._resolve(author, reference)
            folder, author_name = version.folder, version.manifest.author_name
        while folder not in self._slots:  # it may be evicted between its loading and here
            await self._ensure_loaded(folder, version)
        slot = self._slots[folder]
        slot.users += 1
        if reference == CHAMPION and version:
            self._champions.setdefault(author, version)
        self._evict()
        try:
            name, features = (version.name, version.manifest.features.number) if version else (BASE, None)
            yield LoadedModel(author, author_name, name, folder, features, slot.engine)
        except EngineUnavailableError:
            if self._slots.get(folder) is slot:  # it is dead: the next request loads it anew
                del self._slots[folder]
                self._in_background(self._close(slot))
            raise
        finally:
            slot.users -= 1
            slot.used_at = time.monotonic()
            self._evict()
            self._left.set()

    async def refresh(self) -> None:
        """Adopt new champions, and load champions while there is room. When a new one fails, the old one goes on."""
        try:
            authors = await asyncio.to_thread(self._resolver.authors)
        except TwinError as error:
            self._warn_once("the model registry", f"cannot be read, what is loaded goes on serving: {error}")
            return
        for author in sorted({*authors, *self._champions}):
            try:
                champion = await asyncio.to_thread(self._resolver.resolve, author, CHAMPION)
                await self._adopt(champion)
            except (UnknownModelError, TaintedModelError):
                self._champions.pop(author, None)
            except TwinError as error:
                serving = self._champions.get(author)
                kept = f"{serving.name} goes on serving" if serving else "nothing serves for this author"
                self._warn_once(author, f"the champion cannot be taken up, {kept}: {error}")

    async def close(self) -> None:
        """End what loads and what runs, then free everything."""
        await asyncio.gather(*self._tasks, return_exceptions=True)  # a failed load was raised where it was asked for
        closing = [self._close(slot) for slot in self._slots.values()]
        self._slots.clear()
        await asyncio.gather(*closing)

    async def _adopt(self, champion: AdapterVersion) -> None:
        author = champion.author
        serving = self._champions.get(author)
        refused = self._refused.get(author)
        if serving and serving.number == champion.number:
            return
        if not serving and len(self._slots) >= self._capacity:  # it is loaded when it is asked for
            return
        if refused and refused.number == champion.number and time.monotonic() < refused.at + RETRY_SECONDS:
            return
        self._refused[author] = _Refused(champion.number, time.monotonic())
        await self._ensure_loaded(champion.folder, champion)
        del self._refused[author]
        self._champions[author] = champion
        self._evict()
        logger.info("%s of %s is champion now", champion.name, author)

    def _warn_once(self, about: str, problem: str) -> None:
        """Log a problem once, however often it recurs."""
        if self._warned.get(about) != problem:
            self._warned[about] = problem
            logger.warning("%s: %s", about, problem)

    async def _resolve(self, author: str, reference: str) -> AdapterVersion:
        if reference == CHAMPION and author in self._champions:
            return self._champions[author]
        try:
            return await asyncio.to_thread(self._resolver.resolve, author, reference)
        except UnknownModelError as error:
            await asyncio.to_thread(self._profile, author)  # of nobody: UnknownAuthorError
            authors = await asyncio.to_thread(self._resolver.authors)
            if author in authors and reference != CHAMPION:
                raise
            none = (
                f"{error}."
                if author in authors
                else f"{author!r} has no trained version. Authors with one: {', '.join(authors) or 'none'}. Run: twin "
                f"train {author}."
            )
            raise UnknownModelError(
                f"{none} Until then {author}@{BASE} answers from the author's posts, without the style."
            ) from error

    async def _ensure_loaded(self, folder: Path | None, version: AdapterVersion | None) -> None:
        """Goes on when the request that began it is cancelled, so that no engine is lost half loaded."""
        await asyncio.shield(self._in_background(self._load_slot(folder, version)))

    async def _load_slot(self, folder: Path | None, version: AdapterVersion | None) -> None:
        async with self._loading:
            if folder in self._slots:
                return
            await self._room()
            try:
                engine = await asyncio.to_thread(self._verified_engine, folder, version)
            except (MemoryError, OSError, RuntimeError) as error:
                if not ran_out(error):
                    raise
                name = f"{version.name} of {version.author}" if version else self._base.name
                raise OutOfMemoryError(f"{name} cannot be loaded, as memory has run out: {error}") from error
            self._slots[folder] = _Slot(engine)

    async def _room(self) -> None:
        """For one more. What is idle was evicted: where there is none, all of them are in use."""
        try:
            async with asyncio.timeout(self._max_wait_seconds):
                while len(self._slots) > self._capacity:
                    self._left.clear()
                    await self._left.wait()
        except TimeoutError:
            raise OverloadedError(
                f"{len(self._slots)} model versions are answering at this moment, more than "
                f"serving.loaded_versions={self._capacity}. Try again shortly."
            ) from None

    def _verified_engine(self, folder: Path | None, version: AdapterVersion | None) -> Engine:
        if folder is not None and version is not None:
            self._check_compatible(version.name, verify_folder(folder))
        return self._load(version)

    def _check_compatible(self, name: str, manifest: AdapterManifest) -> None:
        trained_with = (manifest.base.fingerprint, manifest.features.encoder, manifest.prompt_version)
        set_here = (self._base.fingerprint, self._encoder_of(manifest.author), PROMPT_VERSION)
        for what, trained, here in zip(("base model", "encoder", "prompt"), trained_with, set_here, strict=True):
            if trained != here:
                raise IncompatibleModelError(
                    f"{name} of {manifest.author} was trained with the {what} {trained[:12]}, and {here[:12]} is set "
                    f"here. {AGAIN[what]}, or run: twin features {manifest.author}, then twin train {manifest.author}"
                )

    def _evict(self) -> None:
        """Close the least recently used engines that nobody uses, champions last, until the rest fit."""
        champions = {version.folder for version in self._champions.values()}
        idle = [folder for folder, slot in self._slots.items() if slot.users == 0]
        idle.sort(key=lambda folder: (folder in champions, self._slots[folder].used_at))
        for folder in idle[: max(0, len(self._slots) - self._capacity)]:
            self._in_background(self._close(self._slots.pop(folder)))

    async def _close(self, slot: _Slot) -> None:
        await asyncio.to_thread(slot.engine.close)  # an engine ends its running requests first

    def _in_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
