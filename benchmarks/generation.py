"""Generation on this machine: the openvino engine against the transformers engine, base model, same prompts.

    python -m benchmarks.generation [--tokens 64] [--at-once 8] [--device cuda]

One stream after another: milliseconds to the first token, tokens a second after it, medians of as many prompts of about
500 tokens as `--at-once` says; one before them warms up. Then as many other prompts at the same moment: tokens a second
of all together, reading included, against the same engine's streams one after another. Sampled. On a GPU the
transformers engine stands alone.
"""

import argparse
import asyncio
import statistics
import time
from pathlib import Path

from configs.settings import load_settings
from inference_pipeline.engines import Engine, GenerationRequest, engine_module
from model_registry.base_models import find_base_model
from model_registry.prompting import ChatMessage, PromptRenderer

POSTS = Path(__file__).parent.parent / "examples" / "maud_ferrier" / "posts"
PEER = "transformers"
TEMPERATURE = 0.3  # as serving.temperature: sampling takes time of its own
ENGINES = ("openvino", PEER)


async def measure(engine: Engine, prompt: tuple[int, ...], tokens: int) -> tuple[float, float, int]:
    """Milliseconds to the first token, tokens a second after it, tokens."""
    began = time.perf_counter()
    first, count = 0.0, 0
    request = GenerationRequest(prompt, max_new_tokens=tokens, temperature=TEMPERATURE, top_p=0.9, seed=1)
    async for delta in engine.generate(request):
        first = first or time.perf_counter()
        count = delta.tokens
    return 1000 * (first - began), (count - 1) / max(time.perf_counter() - first, 1e-9), count


async def together(engine: Engine, prompts: list[tuple[int, ...]], tokens: int) -> float:
    """Tokens a second of one answer to each of the prompts, all asked at the same moment."""
    began = time.perf_counter()
    found = await asyncio.gather(*(measure(engine, prompt, tokens) for prompt in prompts))
    return sum(count for _, _, count in found) / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    settings = load_settings()
    base = find_base_model(settings.base_model.name, settings.cache_dir)
    renderer = PromptRenderer("Maud Ferrier", base.chat_template, base.tokenizer_json, base.special_tokens)
    posts = [path.read_text() for path in sorted(POSTS.glob("*.md"))[:4]]

    def prompt(number: int, reading: str) -> tuple[int, ...]:
        """Of its own from the first words of the user on: an engine may keep what it has read of another."""
        asked = f"{reading} {number}: {posts[number % len(posts)]}"
        return tuple(renderer.tokenize(renderer.text(renderer.messages([ChatMessage("user", asked)], nonce="n"))))

    figures, shared = {}, {}
    for name in ENGINES if options.device == "cpu" else (PEER,):
        engine = engine_module(name).load(base, None, settings.cache_dir, options.device)
        asyncio.run(measure(engine, prompt(0, "Warming up"), options.tokens))
        began = time.perf_counter()
        measured = [asyncio.run(measure(engine, prompt(n, "Alone"), options.tokens)) for n in range(options.at_once)]
        alone = sum(count for _, _, count in measured) / (time.perf_counter() - began)
        many = [prompt(n, "Together") for n in range(options.at_once)]
        shared[name] = (asyncio.run(together(engine, many, options.tokens)), alone)
        engine.close()
        figures[name] = [statistics.median(values) for values in zip(*measured, strict=True)]
    peer = figures[PEER]
    sizes = [len(prompt(number, "Alone")) for number in range(len(posts))]
    print(f"{options.device}, prompts of {sizes} tokens, at most {options.tokens} new tokens")
    for name, (first, pace, _) in figures.items():
        at_once, alone = shared[name]
        print(
            f"{name:<14} first token {first:6.0f} ms ({peer[0] / first:.1f}×)   "
            f"{pace:5.1f} tok/s ({pace / peer[1]:.1f}×)   "
            f"{options.at_once} at once {at_once:6.1f} tok/s ({at_once / alone:.1f}× one after another)"
        )


if __name__ == "__main__":
    main()
