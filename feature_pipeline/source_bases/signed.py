"""Which posts of a blog, a folder or a site are the author's own, where posts say who wrote them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from feature_pipeline.errors import WhoIsTheAuthorError
from feature_pipeline.formats.authorship import Writer, called_by, choose_authors, unused_name
from feature_pipeline.formats.bylines import Names, is_same_person, may_be_same_person
from feature_pipeline.source_bases.base import Ignored, Item
from feature_pipeline.source_contract import SourceOptions
from feature_store.records import Post

OTHERS = "by other authors"


@dataclass
class SignedPosts:
    """What nobody signed is the author's, as the place is. Of what is signed, the author's are those that

    - name somebody called as `options.me` says, else as the author is;
    - else name one of `owners`, whose place it is;
    - else are signed by the only one who signs, unless most posts are not signed at all: then these are the owner's,
      and who signs is a guest.
    """

    options: SourceOptions
    where: str
    owners: Names = ()
    _signed: dict[str, tuple[Names, ...]] = field(default_factory=dict, init=False)  # by source_id

    def sign(self, source_id: str, people: tuple[Names, ...]) -> None:
        if people:
            self._signed[source_id] = people

    def own(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items in their order, but the doubtful last; others' posts as Ignored.

        Raises WhoIsTheAuthorError, at the end, where several people sign and none is known to be the author;
        UnusedNameError, where `options.me` is given and nobody signs.
        """
        unsigned, known = 0, False
        doubtful: list[Post] = []
        for item in items:
            people = self._signed.get(item.source_id, ()) if isinstance(item, Post) else ()
            if not isinstance(item, Post) or not people:
                unsigned += isinstance(item, Post)
                yield item
            elif any(is_same_person(names, called_by(self.options)) for names in people):
                known = True
                yield item
            else:
                doubtful.append(item)
        if self.options.me and not self._signed:
            raise unused_name(self.options.me[0], f"{self.where}, in which no post says who wrote it")
        chosen = frozenset[str]() if known or not doubtful else self._chosen(doubtful, unsigned)
        for post in doubtful:
            signed = {names[0] for names in self._signed[post.source_id]}
            yield post if chosen & signed else Ignored(OTHERS)

    def _chosen(self, doubtful: list[Post], unsigned: int) -> frozenset[str]:
        """Of those who sign doubtful posts, by the first of their names; none where the unsigned are the author's."""
        people = {names[0]: names for post in doubtful for names in self._signed[post.source_id]}
        if owners := [name for name, names in people.items() if is_same_person(names, self.owners)]:
            return frozenset(owners)
        alike = [name for name, names in people.items() if may_be_same_person(names, called_by(self.options))]
        if len(alike) == 1:
            return frozenset(alike)
        if unsigned > len(doubtful) or (unsigned and self.options.me):
            return frozenset()
        counts = Counter(name for post in doubtful for name in {names[0] for names in self._signed[post.source_id]})
        writers = {name: Writer(names, counts[name]) for name, names in people.items()}
        try:
            return choose_authors(writers, self.options, where=self.where, sole=True)
        except WhoIsTheAuthorError as error:
            also = (
                f" {unsigned} more are signed by nobody: --me {called_by(self.options)[0]!r} takes these alone."
                if unsigned
                else ""
            )
            raise WhoIsTheAuthorError(f"{error}{also}") from None
