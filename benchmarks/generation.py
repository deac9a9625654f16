"""Generation on this machine: the openvino engine against the transformers engine, base model, same prompts.

    python -m benchmarks.generation [--tokens 64] [--at-once 8] [--device cuda]

Greedy, one stream after another: milliseconds to the first token, tokens a second after it. Medians of three prompts
of about 500 tokens; the first prompt of each engine warms up and does not count. Then as many answers at once: tokens a
second of all together, reading their prompts included, against the same engine's streams one after another. On a GPU
the transformers engine stands alone.
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
ENGINES = ("openvino", PEER)


async def measure(engine: Engine, prompt: tuple[int, ...], tokens: int) -> tuple[float, float, int]:
    """Milliseconds to the first token, tokens a second after it, tokens."""
    began = time.perf_counter()
    first, count = 0.0, 0
    request = GenerationRequest(prompt, max_new_tokens=tokens, temperature=0.0, top_p=1.0)
    async for delta in engine.generate(request):
        first = first or time.perf_counter()
        count = delta.tokens
    return 1000 * (first - began), (count - 1) / (time.perf_counter() - first), count


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
    prompts = [
        tuple(renderer.tokenize(renderer.text(renderer.messages([ChatMessage("user", path.read_text())], nonce="n"))))
        for path in sorted(POSTS.glob("*.md"))[:4]
    ]
    many = [prompts[number % len(prompts)] for number in range(options.at_once)]
    figures, shared = {}, {}
    for name in ENGINES if options.device == "cpu" else (PEER,):
        engine = engine_module(name).load(base, None, settings.cache_dir, options.device)
        measured = [asyncio.run(measure(engine, prompt, options.tokens)) for prompt in prompts][1:]
        whole = sum(first / 1000 + (count - 1) / pace for first, pace, count in measured)
        alone = sum(count for _, _, count in measured) / whole
        shared[name] = (asyncio.run(together(engine, many, options.tokens)), alone)
        engine.close()
        figures[name] = [statistics.median(values) for values in zip(*measured, strict=True)]
    peer = figures[PEER]
    print(f"{options.device}, prompts of {[len(p) for p in prompts[1:]]} tokens, {options.tokens} new tokens")
    for name, (first, pace, _) in figures.items():
        at_once, alone = shared[name]
        print(
            f"{name:<14} first token {first:6.0f} ms ({peer[0] / first:.1f}×)   "
            f"{pace:5.1f} tok/s ({pace / peer[1]:.1f}×)   "
            f"{options.at_once} at once {at_once:6.1f} tok/s ({at_once / alone:.1f}× one after another)"
        )


if __name__ == "__main__":
    main()
