"""Read an author's posts from a place, which is kept among the author's sources until it is dropped."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from configs.errors import TwinError
from configs.progress import Progress
from configs.settings import Settings
from feature_store.ports import FeatureWriter
from feature_store.versions import AuthorProfile, SourceRecord
from twin import wiring
from twin.errors import NothingToForgetError
from twin.jobs import authors
from twin.wiring import OpenedSource
from twin.wording import one_line

if TYPE_CHECKING:
    from feature_pipeline.collecting import CollectReport
    from feature_pipeline.errors import NothingUsableError


NAMED = 40  # reasons why something cannot be read, in a collection's output
NAMED_IN_ERROR = 3


@dataclass(frozen=True, slots=True)
class Collected:
    profile: AuthorProfile
    report: "CollectReport"


def collect(
    settings: Settings, author: str, place: SourceRecord, *, allow_deletions: bool, progress: Progress
) -> Collected:
    """Collect `place`, whose name and kind may be empty, for the author called `author`.

    A new name makes a new author and records the consent; of a place where nothing can be read it makes none. Raises
    AuthorNameError, UnusedNameError, NothingUsableError and what collecting raises.
    """
    from feature_pipeline.formats.authorship import unused_name

    store = wiring.feature_store(settings)
    with wiring.source(settings, authors.new_profile(author), place) as opened:  # a mistyped place makes no author
        if place.me and not opened.source.takes_me:
            raise unused_name(place.me[0], f"{opened.record.location}, read as {opened.record.kind}")
        profile, is_new = authors.ensure_author(store, author)
        if is_new:
            progress.say(f"New author {profile.name} ({profile.id}). Recorded: {profile.consent}")
        with _removed_if_empty(store, profile, opened.record.location, is_new=is_new, progress=progress):
            report = _collect(settings, profile, opened, allow_deletions=allow_deletions, progress=progress)
            if is_new and not report.forgotten and report.new + report.unchanged == len(report.quarantined):
                raise _nothing_usable(report, opened.record.location, profile)
    return Collected(profile, report)


@contextmanager
def _removed_if_empty(
    store: FeatureWriter, profile: AuthorProfile, location: str, *, is_new: bool, progress: Progress
) -> Iterator[None]:
    """When collecting `location` fails, the author that was made for it goes again, unless something is kept of them.

    An empty author would be one of several whom every later command asks to choose among. What a kill interrupted
    stays: `twin sync` goes on with it.
    """
    try:
        yield
    except Exception:
        if is_new:
            with suppress(TwinError), store.writing(profile.id):  # why nothing was collected says more
                if _is_empty(store, profile.id, location):
                    store.erase_author(profile.id)
                    progress.say(f"{profile.name} is no author: nothing was collected.")
        raise


def _is_empty(store: FeatureWriter, author: str, location: str) -> bool:
    """Nothing that can be read was collected, by another command neither, and nothing was forgotten."""
    forgotten = store.forgotten(author)
    return not (
        any(not post.problem for post in store.posts(author))
        or any(source.location != location for source in store.sources(author))
        or store.versions(author)
        or forgotten != type(forgotten)(salt=forgotten.salt)
    )


def _nothing_usable(report: "CollectReport", location: str, profile: AuthorProfile) -> "NothingUsableError":
    from feature_pipeline.errors import NothingUsableError

    reasons = [*unreadable(report, location, profile), *(f"{name}: {reason}" for name, reason in report.unreached)]
    if report.ignored:
        reasons.append(_ignored(report))
    why = "; ".join(reason.rstrip(".") for reason in reasons[:NAMED_IN_ERROR]) or "no post is in it"
    return NothingUsableError(f"nothing in {location} can be used. {why}. Mend it, or name another place.")


def collect_again(
    settings: Settings,
    profile: AuthorProfile,
    source: SourceRecord,
    *,
    allow_deletions: bool,
    progress: Progress,
) -> "CollectReport":
    """Collect one of the author's sources once more. Raises what collecting raises.

    A name that was stored with it, and that nothing uses any more, is told once and no longer stored.
    """
    from feature_pipeline.errors import UnusedNameError

    try:
        with wiring.source(settings, profile, source) as opened:
            return _collect(settings, profile, opened, allow_deletions=allow_deletions, progress=progress)
    except UnusedNameError as error:
        progress.say(f"{error} It is collected without from now on.")
    nameless = source.model_copy(update={"me": ()})
    with wiring.source(settings, profile, nameless) as opened:
        return _collect(settings, profile, opened, allow_deletions=allow_deletions, progress=progress)


def _collect(
    settings: Settings, profile: AuthorProfile, opened: OpenedSource, *, allow_deletions: bool, progress: Progress
) -> "CollectReport":
    """The source is recorded before its first post is read, so that `twin sync` goes on with what a kill interrupted;
    not one that is refused for a name that nothing in it uses. An unchanged source writes nothing."""
    from feature_pipeline.collecting import collect as read  # not from the pipeline, which imports all its stages
    from feature_pipeline.errors import UnusedNameError
    from feature_pipeline.known_sources import known_as

    store, author = wiring.feature_store(settings), profile.id
    record, taken_over = known_as(opened.source, opened.record, author=author, store=store)
    known = {stored.name: stored for stored in store.sources(author)}.get(record.name)
    record = record.model_copy(update={"collected_at": known.collected_at if known else ""})
    if record != known:
        store.write_source(author, record)
    try:
        report = read(
            opened.source,
            name=record.name,
            taken_over=taken_over,
            author=author,
            store=store,
            max_deleted_share=settings.feature_pipeline.max_deleted_share,
            allow_deletions=allow_deletions,
            progress=progress,
        )
    except UnusedNameError:
        if known is None:
            store.remove_source(author, record.name)
        elif known != record:
            store.write_source(author, known)
        raise
    opened.complete()
    for name in taken_over:
        store.remove_source(author, name)
    collected = {source.location for source in store.sources(author)}
    for line in unreadable(report, record.location, profile, collected):
        progress.say(f"  {line}")
    if report.any or not record.collected_at:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        store.write_source(author, record.model_copy(update={"collected_at": now}))
    return report


def drop(settings: Settings, profile: AuthorProfile, source: str) -> tuple[str, int]:
    """Stop collecting the source with this name or place; its posts leave with the next feature version.

    Returns its name and how many posts it had. Raises NothingToForgetError.
    """
    store = wiring.feature_store(settings)
    records = store.sources(profile.id)
    found = next((record.name for record in records if source in (record.name, record.location)), None)
    if found is None:
        known = ", ".join(record.name for record in records) or "none"
        raise NothingToForgetError(f"{profile.name} has no source {source!r}. There are: {known}.")
    with store.writing(profile.id):
        posts = [post.id for post in store.posts(profile.id) if post.source == found]
        store.write_posts(profile.id, upserts=[], deleted_ids=posts)
        store.remove_source(profile.id, found)
    return found, len(posts)


def unreadable(
    report: "CollectReport", location: str, profile: AuthorProfile, collected: Collection[str] = ()
) -> list[str]:
    """A line for every reason why something at `location` cannot be read, with what comes first of it and how many more
    there are; without what is `collected` by itself, by its location."""
    from feature_pipeline.advice import is_followed, made_whole

    by_reason: dict[str, list[str]] = {}
    for source_id, problem in (*report.unread, *report.quarantined):
        if is_followed(problem, location=location, source_id=source_id, collected=collected):
            continue
        by_reason.setdefault(problem, []).append(source_id)
    lines = []
    for problem, (first, *more) in list(by_reason.items())[:NAMED]:
        why = made_whole(problem, location=location, source_id=first, author_name=profile.name)
        lines.append(one_line(f"{first}{f' and {len(more)} more' if more else ''}: {why}"))
    left = len(by_reason) - NAMED
    return [*lines, f"and {left} reasons more: twin status --posts"] if left > 0 else lines


def summary(report: "CollectReport") -> str:
    changes = ("new", "changed", "moved", "deleted")
    parts = [f"{number} {change}" for change in changes if (number := getattr(report, change))]
    parts = [", ".join(parts) or "nothing has changed", f"{report.unchanged} unchanged"]
    if report.quarantined:
        parts.append(f"{len(report.quarantined)} of them unreadable (twin status says why)")
    if report.unread:
        (name, reason), files = report.unread[0], f"{len(report.unread)} file{'s' * (len(report.unread) > 1)}"
        parts.append(
            f"{files} could not be read, e.g. {name}: {reason.rstrip('.')}. The rest of it was read; get the export "
            "anew, or mend the file, and collect it again: until then no older post of it is changed or deleted"
        )
    if report.unreached:
        source_id, reason = report.unreached[0]
        parts.append(f"{len(report.unreached)} could not be reached this time, e.g. {source_id}: {reason}")
    if report.forgotten:
        parts.append(f"{report.forgotten} not collected, as they were forgotten")
    if report.ignored:
        parts.append(_ignored(report))
    return one_line(f"{'; '.join(parts)}.")


def _ignored(report: "CollectReport") -> str:
    return "ignored: " + ", ".join(f"{number} {kind}" for kind, number in report.ignored.items())
