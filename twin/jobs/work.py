"""What can run in the background: by kind, its arguments and which use case they mean.

Each `run` returns what is shown of its result: "text" for people, and what else the page needs.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from configs.errors import TwinError
from configs.progress import Progress
from configs.settings import Settings
from feature_store.versions import SourceRecord
from twin import wiring
from twin.jobs import authors

STEP = Callable[[str], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a job runs. `step` names the part that begins."""

    settings: Settings
    progress: Progress
    step: STEP = nullcontext


def _with_id(name: str) -> str:
    try:
        authors.author_id(name)
    except TwinError as error:
        raise ValueError(str(error)) from None
    return name


AuthorName = Annotated[str, Field(max_length=200), AfterValidator(_with_id)]
Text = Annotated[str, Field(max_length=2000)]
Minutes = Annotated[float, Field(gt=0, le=10_000)] | None


class Work(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    steps: ClassVar[tuple[str, ...]] = ()  # names of its parts, where it has several

    @property
    def author_id(self) -> str:
        name = getattr(self, "author", None)
        return authors.author_id(name) if name else ""

    def check(self, *, unrestricted: bool) -> None:
        return None

    def run(self, place: Workplace) -> dict[str, Any]:
        raise NotImplementedError


class _Collecting(Work):
    author: AuthorName
    place: Text = ""  # a folder or file of the machine that serves, an export there, or an address
    upload: Text = ""  # or what was dropped into the page
    kind: Annotated[str, Field(max_length=40)] = ""
    me: Annotated[list[Text], Field(max_length=20)] = []
    base_url: Text = ""
    allow_deletions: bool = False
    consent: Literal[True] = Field(description="These texts are the author's, who agrees to a twin.")

    @model_validator(mode="after")
    def _one_place(self) -> "_Collecting":
        if bool(self.place.strip()) == bool(self.upload):
            raise ValueError("say where the posts are: either a place, or an upload")
        return self

    def check(self, *, unrestricted: bool) -> None:
        """A path can be any file of the machine, also one of another author's."""
        from inference_pipeline.errors import RestrictedError

        if self.place and not self.place.strip().lower().startswith(("http://", "https://")) and not unrestricted:
            raise RestrictedError("this key is limited to some authors, so it may not name files of this machine.")

    def source(self, settings: Settings) -> SourceRecord:
        location = str(wiring.uploads(settings).place(self.upload)) if self.upload else self.place
        return SourceRecord(name="", kind=self.kind, location=location, base_url=self.base_url, me=tuple(self.me))


class Collect(_Collecting):
    """Collect, then make features of what is new."""

    steps = ("Collect", "Features")

    def run(self, place: Workplace) -> dict[str, Any]:
        from twin.jobs import collect, features

        settings, progress = place.settings, place.progress
        with place.step("Collect"):
            done = collect.collect(
                settings, self.author, self.source(settings), allow_deletions=self.allow_deletions, progress=progress
            )
            said = collect.summary(done.report)
            progress.say(said)
        with place.step("Features"):
            made = features.summary(features.build_features(settings, done.profile.id, progress=progress))
        return {"author": done.profile.id, "text": f"{said} {made}"}


class Up(_Collecting):
    """All from posts to a champion."""

    minutes: Minutes = None  # of training and judging
    force: bool = False  # promote although a gate refuses
    steps = ("Collect", "Features", "Train", "Promote")

    def run(self, place: Workplace) -> dict[str, Any]:
        from twin.jobs import train, up, versions

        settings = train.within(place.settings, self.minutes) if self.minutes else place.settings
        built = up.up(
            settings, self.author, self.source(settings), (), allow_deletions=self.allow_deletions, force=self.force,
            stage=place.step, progress=place.progress,
        )  # fmt: skip
        champion = versions.champion(settings, built.profile.id)
        name = champion.name if champion else ""
        return {"author": built.profile.id, "version": name, "text": f"{built.profile.name} answers: {name}."}


class _OfAuthor(Work):
    author: AuthorName

    def profile_id(self, settings: Settings) -> str:
        return authors.find_author(wiring.feature_store(settings), self.author, settings.data_dir).id


class Features(_OfAuthor):
    def run(self, place: Workplace) -> dict[str, Any]:
        from twin.jobs import features

        author = self.profile_id(place.settings)
        report = features.build_features(place.settings, author, progress=place.progress)
        return {"author": author, "text": features.summary(report)}


class Sync(Work):
    author: AuthorName | None = None  # None: all
    allow_deletions: bool = False

    def check(self, *, unrestricted: bool) -> None:
        from inference_pipeline.errors import RestrictedError

        if self.author is None and not unrestricted:
            raise RestrictedError("this key is limited to some authors: say which one is meant.")

    def run(self, place: Workplace) -> dict[str, Any]:
        from twin.errors import SyncFailedError
        from twin.jobs.sync import Sync as Rounds

        rounds = Rounds(place.settings, place.progress, self.author, allow_deletions=self.allow_deletions)
        found = rounds.once()
        text = "\n".join(one.summary() for one in found) or authors.nobody(place.settings.data_dir)
        if any(one.failures for one in found):
            raise SyncFailedError(text)
        return {"text": text}


class Train(_OfAuthor):
    minutes: Minutes = None
    promote: bool = False  # when no gate refuses

    def run(self, place: Workplace) -> dict[str, Any]:
        from twin.jobs import train, versions

        settings, author = place.settings, self.profile_id(place.settings)
        trained = train.train(
            train.within(settings, self.minutes) if self.minutes else settings, author, progress=place.progress
        )
        said = trained.summary()
        if self.promote:
            said = f"{said} {versions.promote_or_keep(settings, trained.version, force=False)}"
        return {"author": author, "version": trained.version.name, "text": said}


class Evaluate(_OfAuthor):
    version: Annotated[str, Field(max_length=32)]
    prompts: Annotated[int, Field(ge=1, le=1000)] | None = None

    def run(self, place: Workplace) -> dict[str, Any]:
        from twin.jobs import evaluate

        author = self.profile_id(place.settings)
        done = evaluate.evaluate(place.settings, author, self.version, prompts=self.prompts, progress=place.progress)
        refusals = "; ".join(done.report.refusals)
        said = f"may not be promoted: {refusals}" if refusals else "may be promoted: no judge refuses."
        return {"author": author, "version": done.version.name, "text": f"{done.version.name} {said}"}


class Forget(_OfAuthor):
    posts: Annotated[list[Text], Field(max_length=1000)] = []  # ids, names or addresses
    sources: Annotated[list[Text], Field(max_length=100)] = []
    retrain: bool = False
    purge: bool = False  # versions that learnt from it go with their weights

    @model_validator(mode="after")
    def _something(self) -> "Forget":
        if not (self.posts or self.sources):
            raise ValueError("say what to forget: posts, or sources")
        return self

    def run(self, place: Workplace) -> dict[str, Any]:
        from twin.jobs import forget

        settings, author = place.settings, self.profile_id(place.settings)
        selection = forget.select(settings, author, posts=self.posts, sources=self.sources)
        erased = forget.forget(
            settings, author, selection, retrain=self.retrain, purge=self.purge, progress=place.progress
        )
        return {"author": author, "text": erased.summary(), "tainted": erased.tainted}


class Promote(_OfAuthor):
    version: Annotated[str, Field(max_length=32)] = "candidate"
    force: bool = False
    reason: Text = ""

    def run(self, place: Workplace) -> dict[str, Any]:
        from twin.jobs import versions

        author = self.profile_id(place.settings)
        champion = versions.promote(place.settings, author, self.version, force=self.force, reason=self.reason)
        return {"author": author, "version": champion.name, "text": f"{champion.name} is the champion."}


KINDS: Mapping[str, type[Work]] = {
    "up": Up,
    "collect": Collect,
    "features": Features,
    "train": Train,
    "sync": Sync,
    "evaluate": Evaluate,
    "promote": Promote,
    "forget": Forget,
}
