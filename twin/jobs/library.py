"""Posts and versions for the page: what `twin status`, `twin models` and `twin evaluate` show, a page at a time."""

import json
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from configs.settings import Settings
from feature_store.records import Document, Post
from feature_store.versions import AuthorProfile
from inference_pipeline.api.library import AuthorSummary, Part, PostPage, PostRow, PostsQuery, PostText
from inference_pipeline.errors import InvalidRequestError, UnknownPostError
from model_registry.ports import CHAMPION
from twin import wiring
from twin.jobs import diff, reports, status, versions

BEGINNING = 200  # characters of a text that the list shows
BEFORE = 60  # of them before the first word that was looked for
SHOWN = ("version", "features", "base", "aliases", "forced", "tainted", "created_at", "judged_at", "bytes")
KEPT = 4  # authors whose posts stay in memory


@dataclass(frozen=True, slots=True)
class _Listed:
    row: PostRow
    searched: str  # title, name and text, case folded
    document: Document | None

    @property
    def key(self) -> tuple[str, str]:
        return self.row.date, self.row.id


class StoredLibrary:
    """`inference_pipeline.api.library.Library` over the stores. Posts stay in memory until a write changes them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store = wiring.feature_store(settings)
        self._read: dict[str, tuple[str, list[_Listed]]] = {}  # by author: the store's state, and what was read then
        self._reading = threading.Lock()  # the same posts are read once, however many ask for them

    def authors(self) -> Sequence[AuthorSummary]:
        return [self._summary(profile) for profile in self._store.authors()]

    def posts(self, author: str, query: PostsQuery) -> PostPage:
        listed = self._listed(author)
        words = query.text.casefold().split()
        found = [one for one in listed if _matches(one, query, words)]
        after = [one for one in found if not query.cursor or one.key < _key(query.cursor)]
        rows = [_around(one, query.text.casefold()) for one in after[: query.limit]]
        more = "~".join(after[query.limit - 1].key) if len(after) > query.limit else ""
        return PostPage(rows, total=len(found), cursor=more, counts=_counts(listed))

    def post(self, author: str, post: str) -> PostText:
        listed = self._listed(author)
        found = next((one for one in listed if one.row.id == post), None)
        if found is None:
            raise UnknownPostError(f"{author} has no post {post!r}. GET /admin/authors/{author}/posts lists them.")
        document = found.document
        if document is None:
            return PostText(found.row, text="", context="")
        root = document.duplicate_of or document.id
        joined = [
            {"id": one.row.id, "title": one.row.title, "source": one.row.source, "file": one.row.file}
            for one in listed
            if one.document and one is not found and (one.document.duplicate_of or one.document.id) == root
        ]
        return PostText(
            found.row,
            text=document.text,
            context=document.context,
            masked=[Part(*finding) for finding in document.findings],
            marked=[Part(*span) for span in document.marked],
            joined=joined,
        )

    def lineage(self, author: str) -> dict[str, Any]:
        from training_pipeline.evaluation import report

        features = [
            {"name": one.name, "created_at": one.created_at, "counts": one.counts, "changed": one.changed}
            for one in reversed(self._store.versions(author))
        ]
        found = []
        for one in reversed(versions.versions(self._settings, author)):
            headlines = report.as_data(report.report_of(one, None, ()))["headlines"]
            whole = versions.as_data(one)
            shown = {key: whole[key] for key in SHOWN}
            found.append({**shown, "headlines": headlines, "seconds": whole["training"].get("seconds")})
        return {"author": author, "features": features, "versions": found}

    def version(self, author: str, reference: str) -> dict[str, Any]:
        from training_pipeline.evaluation import report

        found = diff.find(self._settings, author, reference)
        shown = reports.report_of(self._settings, found, None)
        return {
            **versions.as_data(found),
            "folder": None,
            "lineage": dict(shown.lineage),
            "refusals": list(shown.refusals),
            **report.as_data(shown),
            **self._written(author, found.name),
        }

    def compare(self, author: str, old: str, new: str) -> dict[str, Any]:
        found = diff.diff(self._settings, author, old, new)
        names = [found.old.name, found.new.name]
        one, other = (self._written(author, name)["samples"] for name in names)
        other_by_request = {sample["request"]: sample["texts"] for sample in other}
        both = [
            {
                "request": sample["request"],
                "author": sample["texts"].get("real", ""),
                "texts": [sample["texts"].get("adapter", ""), other_by_request[sample["request"]].get("adapter", "")],
            }
            for sample in one
            if sample["request"] in other_by_request
        ]
        figures = [{**row, **diff.figure_in_words(row)} for row in found.figures]
        return {"author": author, "versions": names, "made": found.made, "figures": figures, "samples": both}

    def _written(self, author: str, version: str) -> dict[str, Any]:
        """The texts of the newest evaluation; none of a version that was judged before they were kept."""
        path = wiring.reports_dir(self._settings, author) / f"{version}.json"
        try:
            kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {"samples": [], "conversations": []}
        return kept

    def _summary(self, profile: AuthorProfile) -> AuthorSummary:
        models = versions.versions(self._settings, profile.id)
        features = self._store.versions(profile.id)
        return AuthorSummary(
            author=profile.id,
            name=profile.name,
            consent=profile.consent,
            created_at=profile.created_at,
            posts=len(self._listed(profile.id)),
            features=features[-1].name if features else "",
            champion=next((model.name for model in models if CHAMPION in model.aliases), ""),
            versions=len(models),
            sources=[
                {"name": one.name, "kind": one.kind, "location": one.location, "changed_at": one.collected_at}
                for one in self._store.sources(profile.id)
            ],
        )

    def _listed(self, author: str) -> list[_Listed]:
        state = self._store.state(author)
        with self._reading:
            kept = self._read.pop(author, None)
            if kept is None or kept[0] != state:
                kept = (state, self._list(author))
            self._read[author] = kept  # the last to be asked for is the last to leave
            while len(self._read) > KEPT:
                del self._read[next(iter(self._read))]
        return kept[1]

    def _list(self, author: str) -> list[_Listed]:
        by_id = {document.id: document for document in self._store.documents(author)}
        listed = [_listed(post, by_id) for post in self._store.posts(author)]
        return sorted(listed, key=lambda one: one.key, reverse=True)


def _listed(post: Post, by_id: dict[str, Document]) -> _Listed:
    """What no features were made of is not masked: nothing of its text is shown."""
    state, reason = status.state_of(post, by_id.get(post.id), by_id)
    document = by_id.get(post.id) if state != status.WAITING and not post.problem else None
    title, text = (document.title, document.text) if document else (post.title, "")
    row = PostRow(
        id=post.id,
        title=title,
        file=post.source_id,
        source=post.source,
        kind=post.kind,
        url=post.url,
        date=post.created_at,
        state=state,
        reason=reason,
        masked=dict(Counter(finding.kind for finding in document.findings)) if document else {},
        words=len(text.split()),
        beginning="",
    )
    return _Listed(row, f"{title}\n{post.source_id}\n{text}".casefold(), document)


def _matches(one: _Listed, query: PostsQuery, words: Sequence[str]) -> bool:
    row = one.row
    return (
        (not query.states or row.state in query.states)
        and (not query.sources or row.source in query.sources)
        and (not query.kinds or row.kind in query.kinds)
        and (query.masked is None or bool(row.masked) == query.masked)
        and all(word in one.searched for word in words)
    )


def _around(one: _Listed, wanted: str) -> PostRow:
    """With the part of the text where all of `wanted` stands, else its longest word."""
    text = " ".join(one.document.text.split()) if one.document else ""
    folded = text.casefold()
    phrases = [" ".join(wanted.split()), *sorted(wanted.split(), key=len, reverse=True)]
    place = next((place for phrase in phrases if phrase and (place := folded.find(phrase)) >= 0), 0)
    start = max(0, place - BEFORE)
    shown = text[start : start + BEGINNING]
    return replace(one.row, beginning=("… " if start else "") + shown + (" …" if start + BEGINNING < len(text) else ""))


def _counts(listed: Sequence[_Listed]) -> dict[str, dict[str, int]]:
    rows = [one.row for one in listed]
    return {
        "states": dict(Counter(row.state for row in rows)),
        "sources": dict(Counter(row.source for row in rows)),
        "kinds": dict(Counter(str(row.kind) for row in rows)),
        "masked": dict(Counter(kind for row in rows for kind in row.masked)),
    }


def _key(cursor: str) -> tuple[str, str]:
    date, tilde, post = cursor.partition("~")
    if not tilde:
        raise InvalidRequestError("cursor: take it from the page before.", param="cursor")
    return date, post
