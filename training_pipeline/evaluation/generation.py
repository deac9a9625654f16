"""Texts that the serving engine generates for the judges, cached as they come: a kill costs one text.

The cache key holds everything that decides a text, so the base's texts are generated once for all versions, and those
of a changed prompt anew. The file holds what models wrote about the author's posts: it lies where erasure removes it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from configs.files import private_folder
from configs.progress import Progress
from configs.settings import EvaluationSettings
from feature_store.records import Passage, digest_of
from model_registry.manifest import digest_file
from model_registry.ports import GeneratedText, ServingProbe
from model_registry.prompting import ChatMessage, PromptRenderer, nonce_for
from training_pipeline.run_context import RunContext

FILE = "writings.jsonl"
SEED = 1
NONCE = nonce_for("writings")  # the same everywhere: engines cache the prefix that prompts share


@dataclass(frozen=True)
class CachedGenerator:
    """Generates with one engine, for one author and one base model. The cache is a file in `folder`."""

    probe: ServingProbe
    renderer: PromptRenderer
    settings: EvaluationSettings
    base_fingerprint: str
    folder: Path
    progress: Progress

    @cached_property
    def _known(self) -> dict[str, GeneratedText]:
        return _read(self.folder / FILE)

    def prompt(self, request: str, passages: Sequence[Passage] = ()) -> str:
        """A request, rendered as inference renders it."""
        messages = self.renderer.messages([ChatMessage("user", request)], passages, nonce=NONCE)
        return self.renderer.text(messages)

    def generate(
        self, stage: str, adapter: Path | None, prompts: Sequence[str], *, temperature: float | None = None
    ) -> list[GeneratedText]:
        """A text for every rendered prompt, in order. `stage` names the progress; `temperature` None: the settings'."""
        sampling = {
            "max_tokens": self.settings.new_tokens,
            "temperature": self.settings.temperature if temperature is None else temperature,
            "top_p": self.settings.top_p,
            "seed": SEED,
        }
        model = [digest_file(path).sha256 for path in sorted(adapter.glob("adapter_*"))] if adapter else []
        keys = [
            digest_of(self.probe.engine, self.base_fingerprint, model, sampling, place, prompt)[:32]
            for place, prompt in enumerate(prompts)
        ]
        self.progress.start(stage, len(prompts))
        missing = [place for place, key in enumerate(keys) if key not in self._known]
        self.progress.advance(len(prompts) - len(missing))
        if missing:
            self._fill(adapter, [(keys[place], place, prompts[place]) for place in missing], sampling)
        self.progress.finish()
        return [self._known[key] for key in keys]

    def _fill(
        self, adapter: Path | None, wanted: Sequence[tuple[str, int, str]], sampling: Mapping[str, float | int]
    ) -> None:
        private_folder(self.folder)
        generated = self.probe.generate(
            adapter,
            [prompt for _, _, prompt in wanted],
            max_tokens=int(sampling["max_tokens"]),
            temperature=float(sampling["temperature"]),
            top_p=float(sampling["top_p"]),
            seeds=[int(sampling["seed"]) + place for _, place, _ in wanted],
        )
        with (self.folder / FILE).open("a", encoding="utf-8") as file:
            file.write("\n")  # ends a line that a kill truncated
            for (key, _, _), text in zip(wanted, generated, strict=True):
                row = {"key": key, "text": text.text, "tokens": text.tokens, "ended": text.ended}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                file.flush()
                self._known[key] = text
                self.progress.advance()


def generator_of(run: RunContext) -> CachedGenerator:
    return CachedGenerator(
        run.probe, run.renderer, run.evaluation, base_fingerprint=run.base.fingerprint, folder=run.folder,
        progress=run.progress,
    )  # fmt: skip


def _read(path: Path) -> dict[str, GeneratedText]:
    """By key, without lines that a kill truncated."""
    found = {}
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n") if path.is_file() else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        found[row["key"]] = GeneratedText(row["text"], row["tokens"], row["ended"])
    return found
