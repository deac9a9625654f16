"""What a person wrote on GitHub: issues, pull requests, comments, reviews, READMEs and gists (REST API).

GitHub lists nobody's comments. The conversations in which the author commented are searched for, and each is read:
one request or more for each of them. Without a token (60 requests an hour) the newest few are read, with one (5,000)
the newest thousands. Discussions, and comments on gists and commits, can be listed by no one but through GraphQL.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from feature_pipeline import dates
from feature_pipeline.errors import (
    EmptySourceError,
    HttpStatusError,
    SourceError,
    UnreachableError,
    UnreadableItemError,
)
from feature_pipeline.formats.json_values import Json, at, dict_at, list_at, text_at
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.formats.text_files import decode
from feature_pipeline.source_bases.api import ApiSource, account_name, unknown_account
from feature_pipeline.source_bases.base import Ignored, Item
from feature_pipeline.source_contract import Location, SourceOptions, Unreached
from feature_pipeline.sources.github.api import PER_PAGE, GitHubApi
from feature_store.records import ContentType, Post, PostKind

SUMMARY = "issues, pull requests, comments, READMEs and gists of a GitHub user (public API)"
EXAMPLE = "https://github.com/maud"
OBTAIN = (
    "Nothing to get: what is public is read. Without a token GitHub answers 60 requests an hour: make one without any "
    "permission under *Settings → Developer settings → Personal access tokens*, and set services.github_token."
)
NAME = re.compile(r"@?(?P<name>[A-Za-z0-9][A-Za-z0-9_-]{0,38})")
ADDRESS = re.compile(rf"https?://(?:www\.|gist\.)?github\.com/{NAME.pattern}/?(?:[?#].*)?", re.IGNORECASE)

MAX_THREADS = 5_000  # conversations read for each of the searches below: with a token, about an hour's requests
MAX_THREADS_WITHOUT_TOKEN = 10
# What finds conversations that the author took part in, and where in each the author's words are.
CONVERSATIONS = (
    ("commenter:{login} is:issue", ("issues/{number}/comments",)),
    ("commenter:{login} is:pr", ("issues/{number}/comments",)),
    ("reviewed-by:{login} is:pr", ("pulls/{number}/comments", "pulls/{number}/reviews")),
)
NAMES = {"issues/{number}/comments": "comment", "pulls/{number}/comments": "review comment"}
REPOSITORY = re.compile(r"(?:^|/repos/)((?!\.+/)[\w.-]+/(?!\.+$)[\w.-]+)$")
MARKDOWN = (".md", ".markdown", ".mdown", ".mkd")
PROSE = (*MARKDOWN, ".txt", ".text", ".rst", ".adoc", ".org")
CODE = re.compile(r"```.*?```|~~~.*?~~~|`[^`\n]*`", re.DOTALL)
MENTION = re.compile(r"(?<![\w/.@-])@([A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?)(?![\w/@-])")


@dataclass
class GitHubSource(ApiSource):
    api: GitHubApi
    login: str

    def items(self) -> Iterator[Item]:
        """Raises EmptySourceError, SourceError, FetchError."""
        some = False
        try:
            for part in (self._issues(), self._readmes(), self._gists(), self._comments()):
                for item in part:
                    some = some or not isinstance(item, Ignored)
                    yield item
        except UnreachableError as error:
            if self.api.headers:
                raise
            raise UnreachableError(
                f"{error} Without a token GitHub answers 60 requests an hour: set services.github_token, or collect "
                "again later; what was fetched so far is kept for a day."
            ) from error
        if not some:
            raise EmptySourceError(f"{self.login} has no public issue, comment, README or prose gist on GitHub.")
        self.lists_all = self.api.whole

    def _issues(self) -> Iterator[Item]:
        for what, qualifier in (("issue", "is:issue"), ("pull request", "is:pr")):
            for item in self.api.search(f"author:{self.login} {qualifier}"):
                if not self._is_own(item):
                    yield Ignored("other people's")
                    continue
                title, body = text_at(item, "title").strip(), text_at(item, "body")
                alone = not body.strip()  # then its title is what was written
                yield self.post(
                    f"{what} {_id(item)}",
                    url=text_at(item, "html_url"),
                    title="" if alone else title,
                    created_at=dates.to_utc(text_at(item, "created_at")),
                    content=title if alone else body,
                    content_type=ContentType.PLAIN if alone else ContentType.MARKDOWN,
                    kind=PostKind.POST,
                    people=self._people(body),
                    problem="" if title or body else "the answer holds neither title nor text",
                )

    def _comments(self) -> Iterator[Item]:
        limit = MAX_THREADS if self.api.headers else MAX_THREADS_WITHOUT_TOKEN
        for query, paths in CONVERSATIONS:
            for position, thread in enumerate(self.api.search(query.format(login=self.login))):
                if position == limit:
                    self.api.whole = False
                    yield Ignored(f"older conversations than the newest {limit}", max(1, self.api.total - limit))
                    break
                try:
                    with self.api.one_item():
                        posts = [post for path in paths for post in self._conversation(thread, path)]
                    yield from posts
                except UnreadableItemError as error:
                    self.api.whole = False  # which of the author's comments are in it is not known
                    yield Unreached(f"comments of {text_at(thread, 'html_url')}", str(error))

    def _conversation(self, thread: Json, path: str) -> Iterator[Item]:
        """The author's words in one conversation, each with what it answers. Raises SourceError, FetchError."""
        place, number = REPOSITORY.search(text_at(thread, "repository_url")), text_at(thread, "number")
        if not place or not number.isdecimal():
            raise UnreadableItemError("the search does not tell where it is")
        url = self.api.url(f"/repos/{place[1]}/{path.format(number=number)}", per_page=PER_PAGE)
        opening = f"{text_at(thread, 'title')}\n\n{text_at(thread, 'body')}"
        bodies: dict[str, str] = {}
        before = opening
        for comment in self.api.listed(url):
            body = bodies[_id(comment)] = text_at(comment, "body")
            if self._is_own(comment):
                if path.startswith("issues"):
                    answered = before
                else:
                    answered = (
                        opening if path.endswith("reviews") else bodies.get(text_at(comment, "in_reply_to_id"), "")
                    )
                yield self._comment(comment, NAMES.get(path, "review"), answered)
            if text_at(comment, "user", "type") != "Bot":
                before = body

    def _comment(self, comment: Json, what: str, answered: str) -> Post | Ignored:
        body = text_at(comment, "body")
        if not body.strip():
            return Ignored(f"{what}s without words")
        return self.post(
            f"{what} {_id(comment)}",
            url=text_at(comment, "html_url"),
            created_at=dates.to_utc(text_at(comment, "created_at") or text_at(comment, "submitted_at")),
            content=body,
            content_type=ContentType.MARKDOWN,
            kind=PostKind.COMMENT,
            context=plain_text(answered, ContentType.MARKDOWN),
            people=self._people(body),
        )

    def _readmes(self) -> Iterator[Item]:
        url = self.api.url(f"/users/{self.login}/repos", type="owner", sort="created", per_page=PER_PAGE)
        for repository in self.api.listed(url):
            place = REPOSITORY.search(text_at(repository, "full_name"))
            if at(repository, "fork") or text_at(repository, "owner", "id") != self.place or not place:
                yield Ignored("forks and other people's repositories")
                continue
            source_id = f"readme {_id(repository)}"
            try:
                with self.api.one_item():
                    file = self.api.readme(place[1], modified=dates.to_utc(text_at(repository, "pushed_at")))
            except UnreadableItemError as error:
                yield Unreached(source_id, str(error))
                continue
            if not file:
                yield Ignored("repositories without README")
                continue
            text, problem = _decoded(file)
            yield self.post(
                source_id,
                url=text_at(file, "html_url") or text_at(repository, "html_url"),
                title=text_at(repository, "name"),
                created_at=dates.to_utc(text_at(repository, "created_at")),
                content=text,
                content_type=_content_type(text_at(file, "name")),
                visibility="private" if at(repository, "private") else "public",
                tags=tuple(tag for topic in list_at(repository, "topics") if (tag := text_at([topic], 0))),
                problem=problem,
            )

    def _gists(self) -> Iterator[Item]:
        for listed in self.api.listed(self.api.url(f"/users/{self.login}/gists", per_page=PER_PAGE)):
            files = dict_at(listed, "files")
            prose = [name for name in files if _is_prose(name, files[name])]
            yield Ignored("code in gists", len(files) - len(prose))
            if not prose:
                continue
            try:
                with self.api.one_item():
                    url = self.api.url(f"/gists/{quote(_id(listed), safe='')}")
                    gist = self.api.get(url, modified=dates.to_utc(text_at(listed, "updated_at"))).json
            except UnreadableItemError as error:
                yield from (Unreached(f"gist {_id(listed)} {text_at([name], 0)}", str(error)) for name in prose)
                continue
            if at(gist, "fork_of"):
                yield Ignored("forked gists")
                continue
            for name in prose:
                yield self._gist_file(listed, text_at([name], 0), at(gist, "files", name), alone=len(prose) == 1)

    def _gist_file(self, gist: Json, name: str, file: Json, *, alone: bool) -> Post:
        problem = "" if isinstance(at(file, "content"), str) else "GitHub gives no text for it"
        if at(file, "truncated"):
            problem = "longer than 1 MB: GitHub gives its beginning alone"
        return self.post(
            f"gist {_id(gist)} {name}",
            url=text_at(gist, "html_url"),
            title=text_at(gist, "description").strip() if alone and text_at(gist, "description").strip() else name,
            created_at=dates.to_utc(text_at(gist, "created_at")),
            content=text_at(file, "content"),
            content_type=_content_type(name),
            visibility="private" if at(gist, "public") is False else "public",
            problem=problem,
        )

    def _is_own(self, item: Json) -> bool:
        return text_at(item, "user", "id") == self.place

    def _people(self, body: str) -> tuple[str, ...]:
        names = MENTION.findall(CODE.sub(" ", body))
        return tuple(dict.fromkeys(name for name in names if name.casefold() != self.login.casefold()))


def _id(item: Json) -> str:
    return text_at(item, "id")


def _is_prose(name: str, file: Json) -> bool:
    return name.lower().endswith(PROSE) or text_at(file, "language") in ("Markdown", "Text")


def _content_type(name: str) -> ContentType:
    return ContentType.MARKDOWN if name.lower().endswith(MARKDOWN) else ContentType.PLAIN


def _decoded(file: Json) -> tuple[str, str]:
    """(text, problem) of a file as the contents API gives it."""
    if text_at(file, "encoding") != "base64":
        return "", "longer than 1 MB: GitHub gives no text for it"
    try:
        return decode(base64.b64decode(text_at(file, "content"))), ""
    except ValueError as error:
        return "", f"broken base64: {error}"
    except UnreadableItemError as error:
        return "", str(error)


def open(location: Location, options: SourceOptions) -> GitHubSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, FetchError."""
    login = account_name(location.text, ADDRESS, NAME, examples=f"{EXAMPLE} or github:maud")
    token = options.services.github_token
    api = GitHubApi(
        options.fetcher,
        options.services.github_url,
        options.max_pages,
        {"Authorization": f"Bearer {token}"} if token else {},
    )
    try:
        account = api.get(api.url(f"/users/{login}")).json
    except HttpStatusError as error:
        if error.status == 401:
            raise SourceError("GitHub refuses services.github_token (401): it is mistyped, or has expired.") from error
        raise unknown_account(error, f"GitHub knows no user {login!r}. Check the name.") from error
    if text_at(account, "type") == "Organization":
        raise SourceError(f"{login} is an organization on GitHub. Name the person's own account.")
    if not _id(account):
        raise SourceError(f"GitHub answers with no account for {login!r}. Try again later.")
    return GitHubSource(options, _id(account), api, text_at(account, "login") or login)
