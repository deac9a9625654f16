"""A grounded answer as it is served, against one that the base model writes from whole passages, in turns.

    python -m benchmarks.answers AUTHOR [--questions 10] [--llama-cpp FOLDER]

AUTHOR has features (`twin features`). Questions ask for posts by their titles. Medians of milliseconds to the first
text and to the end, and how many times sooner the served one has them. The peer is how answers were made before they
were composed: up to three chunks in the prompt, 200 tokens at most, streamed. Both use the same engine and embed the
question anew; one question before them warms up. With --llama-cpp, the peer's prompts are also given to llama.cpp with
the same GGUF, without the time that retrieval takes; FOLDER is where `npm install node-llama-cpp` was run.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import tempfile
import time
from contextlib import aclosing, closing
from pathlib import Path

from configs.settings import Settings, load_settings
from feature_store.records import Document
from inference_pipeline.answerer import Answerer
from inference_pipeline.answers import AnswerDelta, Finished, Question
from inference_pipeline.engine_pool import BASE, LoadedModel
from inference_pipeline.engines import Engine, GenerationRequest, engine_module
from inference_pipeline.retrieval import Retriever, as_passages
from model_registry.packaging import served_gguf
from model_registry.prompting import ChatMessage, PromptRenderer
from twin import wiring

Times = tuple[float, float]  # milliseconds to the first text, and to the end
Prompt = tuple[int, ...]  # token ids
TOKENS = 200
FORMS = ("What did you write about {title}?", "Tell me about {title}.")  # one each: neither's question is embedded


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("author")
    parser.add_argument("--questions", type=int, default=10)
    parser.add_argument("--llama-cpp", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    settings = load_settings()
    store = wiring.feature_store(settings)
    documents = [d for d in store.documents(options.author, store.version(options.author)) if d.usable and d.title]
    prompts: list[Prompt] = []
    served, peer = asyncio.run(run(settings, options.author, documents[: options.questions + 1], prompts))
    show("written from passages", served, peer)
    if options.llama_cpp:
        show("llama.cpp", served, by_llama_cpp(settings, options.llama_cpp.resolve(), prompts))


def show(name: str, served: list[Times], peer: list[Times]) -> None:
    for what, place in (("first text", 0), ("whole answer", 1)):
        ours, theirs = (statistics.median(times[place] for times in each) for each in (served, peer))
        print(f"{what}: served {ours:.0f} ms, {name} {theirs:.0f} ms: {theirs / ours:.1f} times sooner")


async def run(
    settings: Settings, author: str, documents: list[Document], prompts: list[Prompt]
) -> tuple[list[Times], list[Times]]:
    """Without the first question, which warms up. The peer's prompts are appended to `prompts`, the first too."""
    base = wiring.base_model(settings)
    engine = engine_module(settings.serving.engine).load(base, None, settings.cache_dir, settings.training.device)
    renderer = PromptRenderer(author, base.chat_template, base.tokenizer_json, base.special_tokens)
    served: list[Times] = []
    peer: list[Times] = []
    with closing(engine), wiring.online_index(settings) as index:
        retriever = Retriever(index, wiring.question_encoder(settings, author), settings.serving)
        answerer = Answerer(retriever=retriever, base=base, settings=settings.serving)
        model = LoadedModel(author, author, BASE, None, None, engine)
        for document in documents:
            asked = [form.format(title=document.title) for form in FORMS]
            served.append(await as_served(answerer, model, asked[0]))
            times, prompt = await from_passages(retriever, renderer, engine, author, asked[1])
            peer.append(times)
            prompts.append(prompt)
    return served[1:], peer[1:]


async def as_served(answerer: Answerer, model: LoadedModel, asked: str) -> Times:
    began, first = time.perf_counter(), 0.0
    question = Question(model.author, (ChatMessage("user", asked),), reference=BASE)
    async with aclosing(answerer.answer(question, model)) as events:
        async for event in events:
            if isinstance(event, AnswerDelta):
                first = first or time.perf_counter()
            elif isinstance(event, Finished):
                return 1000 * ((first or time.perf_counter()) - began), 1000 * (time.perf_counter() - began)
    raise RuntimeError("an answer ended without its last event")


def prompt_with_passages(retriever: Retriever, renderer: PromptRenderer, author: str, asked: str) -> Prompt:
    version = retriever.newest(author)
    chunks = retriever.retrieve(
        asked, author=author, version=version, count_tokens=lambda text: len(renderer.tokenize(text))
    )
    messages = renderer.messages([ChatMessage("user", asked)], as_passages(chunks), nonce="benchmark")
    return tuple(renderer.tokenize(renderer.text(messages)))


async def from_passages(
    retriever: Retriever, renderer: PromptRenderer, engine: Engine, author: str, asked: str
) -> tuple[Times, Prompt]:
    began, first = time.perf_counter(), 0.0
    prompt = prompt_with_passages(retriever, renderer, author, asked)
    request = GenerationRequest(prompt, max_new_tokens=TOKENS, temperature=0.3, top_p=0.9, seed=1)
    async with aclosing(engine.generate(request)) as deltas:
        async for _ in deltas:
            first = first or time.perf_counter()
    return (1000 * (first - began), 1000 * (time.perf_counter() - began)), prompt


def by_llama_cpp(settings: Settings, folder: Path, prompts: list[Prompt]) -> list[Times]:
    """Without the first prompt, which warms up."""
    gguf = served_gguf(wiring.base_model(settings), None, settings.cache_dir)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(prompts, file)
        file.flush()
        script = Path(__file__).with_name("llama_cpp.mjs")
        command = ["node", str(script), str(folder), str(gguf), file.name, str(TOKENS)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [(first, end) for first, end in json.loads(printed.splitlines()[-1])][1:]


if __name__ == "__main__":
    main()
