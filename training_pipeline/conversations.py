"""What an author wrote in one document, as one conversation: a request for the beginning, then to go on.

A document comes in many targets, as code and quotations lie between its paragraphs. Asked for one by one, each costs a
persona and some words of context, as many ids as a short paragraph has; as later turns they cost a few words, and are
learned behind all that was written before them. Every target is still the author's, to the letter, and learned once.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from feature_store.records import Example, ExampleKind
from feature_store.request_wording import without_context
from model_registry.prompting import ChatMessage, PromptRenderer, nonce_for
from training_pipeline.dataset import TokenSequence, tokenize

JOINED = (ExampleKind.WRITE, ExampleKind.CONTINUE)


def tokenize_joined(
    examples: Sequence[Example], renderer: PromptRenderer, *, end_of_turn: int, max_tokens: int
) -> list[TokenSequence]:
    """As `tokenize`, with the targets of a document that follow one another joined as far as `max_tokens` goes."""
    of_document: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        # What cannot be joined is a document of its own here.
        of_document[example.document_id if example.kind in JOINED else example.id].append(example)
    sequences: list[TokenSequence] = []
    for own in of_document.values():
        talk: _Conversation | None = None
        for example in sorted(own, key=lambda example: example.start):
            if talk and (longer := talk.then(example, renderer, end_of_turn, max_tokens)):
                talk = longer
                continue
            if talk:
                sequences.append(talk.sequence)
            first = tokenize([example], renderer, end_of_turn=end_of_turn, max_tokens=max_tokens)
            talk = _Conversation.of(example, first[0], renderer, end_of_turn) if first else None
        if talk:
            sequences.append(talk.sequence)
    return sequences


@dataclass(frozen=True, slots=True)
class _Conversation:
    turns: tuple[ChatMessage, ...]
    sequence: TokenSequence
    whole: bool  # nothing of its last target was cut off

    @classmethod
    def of(
        cls, example: Example, sequence: TokenSequence, renderer: PromptRenderer, end_of_turn: int
    ) -> "_Conversation":
        turns = (ChatMessage("user", example.request), ChatMessage("assistant", renderer.as_data(example.target)))
        joins = example.kind in JOINED and not example.passages and sequence.ids[-1] == end_of_turn
        return cls(turns, sequence, joins)

    def then(
        self, example: Example, renderer: PromptRenderer, end_of_turn: int, max_tokens: int
    ) -> "_Conversation | None":
        """With one turn more; None where it does not fit or is no further part of what was asked for."""
        request = without_context(example.request) if example.kind is ExampleKind.CONTINUE else example.request
        if not self.whole or example.kind not in JOINED or request is None:
            return None
        asked = (*self.turns, ChatMessage("user", request))
        prompt = renderer.tokenize(renderer.text(renderer.messages(asked, nonce=nonce_for(example.id))))
        text, ids = renderer.as_data(example.target), self.sequence.ids
        target = [*renderer.tokenize(text), end_of_turn]
        if tuple(prompt[: len(ids)]) != ids or len(prompt) + len(target) > max_tokens:
            return None
        sequence = replace(
            self.sequence,
            ids=(*prompt, *target),
            target_bytes=self.sequence.target_bytes + len(text.encode()),
            asides=(*self.sequence.asides, (len(ids), len(prompt))),
        )
        return _Conversation((*asked, ChatMessage("assistant", text)), sequence, whole=True)
