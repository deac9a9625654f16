"""The model card of a version: README.md as PEFT and the Hugging Face hub read it.

Numbers and lineage only: no text of the author stands in it, and no path of the machine that it was made on. The front
matter follows the hub's model card specification (huggingface/hub-docs, modelcard.md).
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from model_registry.evaluation import Measures, ParityResult
from model_registry.judges import Judges, description
from model_registry.manifest import AdapterManifest
from model_registry.packaging import ADAPTER_CONFIG
from model_registry.prompting import PERSONA

CARD = "README.md"
PUBLISHED_AS = {"smollm2-135m-instruct": "HuggingFaceTB/SmolLM2-135M-Instruct"}
PIPELINE = "text-generation"
MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#|~])")


class Form(StrEnum):
    """What the card describes."""

    PEFT = "peft"  # adapter files
    MERGED = "merged"  # a whole model in Hugging Face format
    GGUF = "gguf"


def public_id(base_name: str) -> str:
    """What others call the base model: its id on the Hugging Face hub, or the last part of a folder's path."""
    if base_name in PUBLISHED_AS:
        return PUBLISHED_AS[base_name]
    path = Path(base_name)
    return path.resolve().name if path.is_absolute() or path.is_dir() else base_name


def name_base(folder: Path, base_name: str) -> None:
    """Replace the base's path on this machine, which save_pretrained wrote, by its public id.

    Only AutoPeftModel, which loads an adapter without being told the base, reads it. Settings that are null mean what
    they mean when they are missing, and an older PEFT does not know the newer ones.
    """
    path = folder / ADAPTER_CONFIG
    config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = public_id(base_name)
    said = {key: value for key, value in config.items() if value is not None}
    path.write_text(json.dumps(said, indent=2, sort_keys=True), encoding="utf-8")


def finish_folder(folder: Path, manifest: AdapterManifest, judges: Judges) -> None:
    """Complete a folder that PEFT saved: the base's public id, and our model card in place of PEFT's.

    Called before the folder is digested; the digests in `manifest` are not read.
    """
    name_base(folder, manifest.base.name)
    card = model_card(manifest, figures=manifest.judges, parity=manifest.parity, judges=judges)
    (folder / CARD).write_text(card, encoding="utf-8")


def model_card(
    manifest: AdapterManifest,
    *,
    figures: Mapping[str, Measures],
    parity: ParityResult | None,
    judges: Judges,
    form: Form = Form.PEFT,
    version: str = "",
    file: str = "",
) -> str:
    """`figures` by judge; `version` is known once the adapter is registered; `file` is the name of the GGUF."""
    name, base = _plain(manifest.author_name), public_id(manifest.base.name)
    title = f"{manifest.author}-{version or 'twin'}"
    front = yaml.safe_dump(_front_matter(title, base, figures, judges, form), sort_keys=False, allow_unicode=True)
    sections = (
        f"# A twin of {name}{f', {version}' if version else ''}",
        f"It writes like {name}. It is {_what(form, base)}, trained with PEFT on what "
        f"{name} really wrote. **It is a machine, and is not {name}**: what it writes was "
        f"never written, said or approved by {name}. Served by LLM Twin it says so with every answer. Whoever uses it "
        "elsewhere must say so themselves.",
        f"## How to use it\n\n{_use(form, base, manifest.author_name, file)}",
        f"## What it was trained on\n\n{_data(manifest)}",
        f"## How it was trained\n\n{_table(('setting', 'value'), _settings(manifest.training))}",
        f"## How it was judged\n\n{_judged(figures, parity, judges)}",
        f"## Limits\n\n{_limits(name, base, manifest)}",
        f"## Lineage\n\n{_table(('what', 'fingerprint or version'), _lineage(manifest))}",
    )
    return f"---\n{front}---\n\n" + "\n\n".join(sections) + "\n"


def _front_matter(title: str, base: str, figures: Mapping[str, Measures], judges: Judges, form: Form) -> dict[str, Any]:
    metrics = [
        {
            "type": f"{judge}/{name}",
            "name": f"{judge}: {description(judges, judge).figure(name).label}",
            "value": round(measure.value, 6),
        }
        for judge, measures in figures.items()
        for name, measure in measures.items()
        if math.isfinite(measure.value)
    ]
    relation = {Form.PEFT: "adapter", Form.MERGED: "finetune", Form.GGUF: "quantized"}[form]
    front: dict[str, Any] = {
        "base_model": base,
        "base_model_relation": relation,
        "library_name": {Form.PEFT: "peft", Form.MERGED: "transformers", Form.GGUF: "gguf"}[form],
        "pipeline_tag": PIPELINE,
        "tags": ["lora", "style", "llm-twin", *([f"base_model:adapter:{base}"] if form is Form.PEFT else [])],
    }
    if metrics:
        held_out = {"type": "private", "name": "The author's newest posts, held out from training"}
        results = [{"task": {"type": PIPELINE}, "dataset": held_out, "metrics": metrics}]
        front["model-index"] = [{"name": title, "results": results}]
    return front


def _what(form: Form, base: str) -> str:
    if form is Form.PEFT:
        return f"a LoRA adapter of `{base}`"
    return f"`{base}` with a LoRA adapter merged into it" + (", as GGUF in half precision" if form is Form.GGUF else "")


def _use(form: Form, base: str, name: str, file: str) -> str:
    persona = PERSONA.format(name=name)
    if form is Form.GGUF:
        return (
            f"`{file}` opens in llama.cpp, Ollama, LM Studio and openvino-genai, with its tokenizer and chat template "
            "inside. It was trained with this system prompt, which the template writes where none is given:\n\n"
            f"{_fence(persona, 'text')}"
        )
    source = json.dumps(base if form is Form.PEFT else ".")
    loaded = f"AutoModelForCausalLM.from_pretrained({source})"
    if form is Form.PEFT:
        imports, model = "from peft import PeftModel\n", f'PeftModel.from_pretrained({loaded}, ".")'
        note = "`.` is this folder."
    else:
        imports, model, note = "", loaded, "`.` is this folder, which holds all that is needed."
    code = f"""{imports}from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained({source})
model = {model}
messages = [
    {{"role": "system", "content": {json.dumps(persona, ensure_ascii=False)}}},
    {{"role": "user", "content": "Write a post titled \\"Fog\\"."}},
]
prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True, return_tensors="pt")
written = model.generate(**prompt, max_new_tokens=200, do_sample=True, temperature=0.8, top_p=0.95)
print(tokenizer.decode(written[0, prompt["input_ids"].shape[1] :], skip_special_tokens=True))"""
    return f"{note} The system prompt is the one that it was trained with.\n\n{_fence(code, 'python')}"


def _fence(text: str, language: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _data(manifest: AdapterManifest) -> str:
    training, features = manifest.training, manifest.features
    known = {"documents": "documents", "examples": "examples", "label_tokens": "tokens of the author's own text"}
    amount = [f"{training[key]:,} {words}" for key, words in known.items() if isinstance(training.get(key), int)]
    return (
        f"Feature version F{features.number}{': ' if amount else ''}{', '.join(amount)}. Every example ends in words "
        "that the author wrote, to the letter; the loss is on these alone. Near-duplicates were joined before the "
        "split by time: validated on later posts than trained on, judged on the latest."
    )


def _settings(training: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in training.items():
        if isinstance(value, Mapping):
            yield from _settings(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", f"{value:g}" if isinstance(value, float) else str(value)


def _judged(figures: Mapping[str, Measures], parity: ParityResult | None, judges: Judges) -> str:
    order = [*(judge for judge in judges if judge in figures), *(judge for judge in figures if judge not in judges)]
    parts = []
    for judge in map(partial(description, judges), order):
        rows = ((judge.figure(n).label, judge.figure(n).text(measure)) for n, measure in figures[judge.name].items())
        parts.append(f"### {judge.title}\n\n{_table(('figure', 'value'), rows)}")
    if parity is not None:
        passed = "passed" if parity.passed else "failed"
        parts.append(
            f"### Parity: {passed}\n\nServed by {parity.engine} against transformers and PEFT, over {parity.prompts} "
            f"prompts: {parity.same_greedy_tokens:.0%} of the greedy tokens are the same, and log-probabilities differ "
            f"by {parity.differences}."
        )
    if not parts:
        return "Not yet."
    return "In brackets: 95% intervals, by bootstrap over held-out posts. No language model was a judge.\n\n" + (
        "\n\n".join(parts)
    )


def _limits(name: str, base: str, manifest: AdapterManifest) -> str:
    return "\n".join(
        f"- {limit}"
        for limit in (
            f"It knows how {name} writes, hardly what {name} knows. Without passages from the posts in its prompt it "
            "invents facts, names and memories.",
            f"What `{base}` gets wrong, it gets wrong too, in another voice.",
            "It may repeat short passages of what it was trained on; the judge of memorisation says how long they are.",
            f"The figures hold for {name}'s posts up to the ones that were held out, with the prompt above.",
            f"It belongs to the weights with the fingerprint below. Another build of `{base}` (another quantisation, "
            "say) is close, and not the same.",
            "It must not be used to pass as the author, or to write what they would not put their name to.",
        )
    )


def _lineage(manifest: AdapterManifest) -> Iterator[tuple[str, str]]:
    yield "made", manifest.created_at
    yield "base model", f"{public_id(manifest.base.name)} `{manifest.base.fingerprint}`"
    yield "features", f"F{manifest.features.number} `{manifest.features.digest}`"
    yield "encoder", f"`{manifest.features.encoder}`"
    yield "prompt", f"`{manifest.prompt_version}`"
    yield "code", manifest.code_version
    yield from manifest.libraries.items()


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {head[0]} | {head[1]} |", "|---|---|"]
    lines += [f"| {left.replace('|', '/')} | {right.replace('|', '/')} |" for left, right in rows]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """`text` with its Markdown escaped."""
    return MARKDOWN.sub(r"\\\1", " ".join(text.split()))
