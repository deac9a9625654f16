import asyncio
import logging
from contextlib import AsyncExitStack

import pytest

from fakes.adapters import flip_a_byte
from fakes.engine import FakeEngine
from fakes.world import World, profile_of
from feature_store.errors import UnknownAuthorError
from inference_pipeline.errors import EngineUnavailableError, OverloadedError
from model_registry.errors import CorruptModelError, IncompatibleModelError, RegistryUnreachableError, UnknownModelError
from model_registry.manifest import MANIFEST_FILE, BaseLineage, FeatureLineage
from model_registry.ports import AdapterVersion


def corrupt(version: AdapterVersion) -> None:
    (version.folder / "adapter_model.safetensors").write_bytes(b"something else")


async def serving(world: World, author: str = "maud", reference: str = "champion") -> str:
    async with world.pool.lease(author, reference) as model:
        return model.name


def test_champion_version_and_base(world: World) -> None:
    async def go() -> None:
        world.register("maud", promote=False)
        assert await serving(world) == "v1"
        assert await serving(world, reference="v2") == "v2"
        async with world.pool.lease("dex", "base") as model:
            assert (model.author_name, model.folder) == ("Dex", None)
        assert world.loads == ["maud v1", "maud v2", "base"]

    asyncio.run(go())


def test_a_version_is_loaded_once_for_all_that_ask_at_once(world: World) -> None:
    async def go() -> None:
        assert set(await asyncio.gather(*(serving(world) for _ in range(8)))) == {"v1"}
        assert world.loads == ["maud v1"]

    asyncio.run(go())


@pytest.mark.parametrize("reference", ["v9", "previous", "nonsense"])
def test_an_unknown_version_names_what_there_is(world: World, reference: str) -> None:
    with pytest.raises(UnknownModelError, match=r"v1.*champion → v1"):
        asyncio.run(serving(world, reference=reference))


def test_an_author_without_a_version_is_told_the_way_out(world: World) -> None:
    world.store.create_author(profile_of("nell"))
    with pytest.raises(UnknownModelError, match=r"'nell'.*dex, maud.*twin train nell.*nell@base"):
        asyncio.run(serving(world, "nell"))
    world.registry.taint("maud", [1], "it learned from an erased post.")
    with pytest.raises(
        UnknownModelError, match=r"no champion.*it has v1.*twin train maud\. Until then maud@base answers"
    ):
        asyncio.run(serving(world, "maud"))


@pytest.mark.parametrize("reference", ["champion", "v1", "base"])
def test_of_nobody_no_model_is_promised(world: World, reference: str) -> None:
    with pytest.raises(UnknownAuthorError, match="there is no author 'nell'"):
        asyncio.run(serving(world, "nell", reference))


def test_a_corrupt_version_is_never_loaded(world: World) -> None:
    corrupt(world.registry.resolve("maud"))
    with pytest.raises(CorruptModelError, match="adapter_model"):
        asyncio.run(serving(world))
    assert world.loads == []


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"base": BaseLineage(name="other", fingerprint="0" * 64)}, "base model"),
        ({"features": FeatureLineage(number=1, digest="0" * 64, encoder="another")}, "encoder another"),
        ({"prompt_version": "old"}, "prompt old"),
    ],
)
def test_a_version_made_for_something_else_is_refused(world: World, changed: dict[str, object], what: str) -> None:
    world.register("maud", **changed)
    with pytest.raises(IncompatibleModelError, match=f"v2 of maud was trained with the {what}.*twin train maud"):
        asyncio.run(serving(world, reference="v2"))
    assert world.loads == []


def test_a_new_champion_takes_over_and_requests_under_way_end_on_the_old_one(world: World) -> None:
    async def go() -> None:
        await world.pool.refresh()
        async with world.pool.lease("maud") as old:
            world.register("maud")
            assert await serving(world) == "v1"  # nobody has looked yet
            await world.pool.refresh()
            assert await serving(world) == "v2"
            assert (old.name, world.engines["maud v1"].closed) == ("v1", False)

    asyncio.run(go())


def test_rolling_back_is_taken_up_too(world: World) -> None:
    async def go() -> None:
        world.register("maud")
        await world.pool.refresh()
        world.registry.rollback("maud")
        await world.pool.refresh()
        assert await serving(world) == "v1"

    asyncio.run(go())


def test_a_corrupt_new_champion_leaves_the_old_one_serving(world: World, caplog: pytest.LogCaptureFixture) -> None:
    async def go() -> None:
        await world.pool.refresh()
        corrupt(world.register("maud"))
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                await world.pool.refresh()
        assert await serving(world) == "v1"
        assert await serving(world, "dex") == "v1"

    asyncio.run(go())
    (warning,) = caplog.messages  # said once, not at every look
    assert "maud" in warning
    assert "v1 goes on serving" in warning


@pytest.mark.parametrize(
    "name", ["adapter_model.safetensors", "adapter_config.json", "style_scorer.json", "README.md", MANIFEST_FILE]
)
def test_a_flipped_byte_is_refused_at_load_and_the_champion_in_memory_keeps_serving(world: World, name: str) -> None:
    async def go() -> None:
        await world.pool.refresh()
        champion = world.registry.resolve("maud")
        size = (champion.folder / name).stat().st_size
        for place in range(0, size, 1 + size // 5):
            flip_a_byte(champion.folder / name, place)  # of what is in memory already
            candidate = world.register("maud", promote=False)
            flip_a_byte(candidate.folder / name, place)
            await world.pool.refresh()
            assert await serving(world) == "v1"
            with pytest.raises(CorruptModelError, match=name):
                await serving(world, reference=candidate.name)
            with pytest.raises(CorruptModelError, match=name):
                world.registry.promote("maud", candidate.number, force=True)
            flip_a_byte(champion.folder / name, place)
        successor = world.register("maud")
        flip_a_byte(successor.folder / name)
        await world.pool.refresh()
        assert await serving(world) == "v1"
        assert sorted(world.loads) == ["dex v1", "maud v1"]

    asyncio.run(go())


def test_one_authors_broken_champion_does_not_keep_another_from_the_new_one(world: World) -> None:
    async def go() -> None:
        await world.pool.refresh()
        corrupt(world.register("dex"))
        world.register("maud")
        await world.pool.refresh()
        assert (await serving(world, "dex"), await serving(world, "maud")) == ("v1", "v2")

    asyncio.run(go())


def test_an_unreachable_registry_changes_nothing_that_serves(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreachable(*_: object) -> list[str]:
        raise RegistryUnreachableError("the tracking server does not answer.")

    async def go() -> None:
        await world.pool.refresh()
        monkeypatch.setattr(world.registry, "authors", unreachable)
        monkeypatch.setattr(world.registry, "resolve", unreachable)
        for _ in range(3):
            await world.pool.refresh()
        assert await serving(world) == "v1"

    asyncio.run(go())
    assert len([message for message in caplog.messages if "does not answer" in message]) == 1


def test_the_least_recently_used_version_leaves_and_champions_stay_longest(world: World) -> None:
    async def go() -> None:
        for _ in range(2):
            world.register("maud", promote=False)
        for reference in ("champion", "v2", "v3"):  # capacity 2
            await serving(world, reference=reference)
        left = world.engines["maud v2"]
        await serving(world)
        await serving(world, reference="v2")
        assert world.loads == ["maud v1", "maud v2", "maud v3", "maud v2"]
        await world.pool.close()
        assert left.closed
        assert all(engine.closed for engine in world.engines.values())

    asyncio.run(go())


def test_a_version_in_use_is_never_closed_and_room_is_bounded(world: World) -> None:
    async def go() -> None:
        for _ in range(3):
            world.register("maud", promote=False)
        async with AsyncExitStack() as held:
            for reference in ("v1", "v2", "v3"):  # capacity 2, one more beside
                await held.enter_async_context(world.pool.lease("maud", reference))
            with pytest.raises(OverloadedError, match="loaded_versions=2"):
                await serving(world, reference="v4")
            assert not any(engine.closed for engine in world.engines.values())
        assert await serving(world, reference="v4") == "v4"

    asyncio.run(go())


def test_a_version_waits_for_room(world: World) -> None:
    async def go() -> None:
        for _ in range(3):
            world.register("maud", promote=False)
        world.pool._max_wait_seconds = 30  # else it waits for none
        async with AsyncExitStack() as held:
            for reference in ("v1", "v2"):
                await held.enter_async_context(world.pool.lease("maud", reference))
            async with world.pool.lease("maud", "v3"):
                waiting = asyncio.ensure_future(serving(world, reference="v4"))
                assert not (await asyncio.wait({waiting}, timeout=0.1))[0]
            assert await waiting == "v4"
            assert world.engines["maud v3"].closed

    asyncio.run(go())


def test_a_dead_engine_is_replaced_by_the_next_request(world: World) -> None:
    async def go() -> None:
        with pytest.raises(EngineUnavailableError):
            async with world.pool.lease("maud"):
                raise EngineUnavailableError("the process has ended.")
        assert await serving(world) == "v1"
        assert world.loads == ["maud v1", "maud v1"]

    asyncio.run(go())


def test_a_request_that_is_given_up_while_loading_loses_no_engine(world: World) -> None:
    async def go() -> None:
        started, go_on = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def slow(name: str) -> FakeEngine:
            loop.call_soon_threadsafe(started.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result()
            world.engines[name] = FakeEngine()
            return world.engines[name]

        world.make_engine = slow
        asking = asyncio.create_task(serving(world))
        await started.wait()
        asking.cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await serving(world) == "v1"
        assert world.loads == ["maud v1"]
        await world.pool.close()
        assert world.engines["maud v1"].closed

    asyncio.run(go())


def test_champions_are_loaded_before_they_are_asked_for_while_there_is_room(
    empty_world: World,
) -> None:
    async def go() -> None:
        for author in ("ann", "ben", "cyd"):
            empty_world.register(author)
        await empty_world.pool.refresh()
        assert empty_world.loads == ["ann v1", "ben v1"]
        assert sorted(empty_world.pool.champions) == ["ann", "ben"]

    asyncio.run(go())
