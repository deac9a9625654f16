"""Generation on this machine: the openvino engine against the transformers engine, base model, same prompts.

    python -m benchmarks.generation [--tokens 64]

Greedy, one stream after another: milliseconds to the first token, tokens a second after it. Medians of three prompts
of about 500 tokens; the first prompt of each engine warms up and does not count.
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
ENGINES = ("openvino", "transformers")


async def measure(engine: Engine, prompt: tuple[int, ...], tokens: int) -> tuple[float, float]:
    """Milliseconds to the first token, tokens a second after it."""
    began = time.perf_counter()
    first, count = 0.0, 0
    request = GenerationRequest(prompt, max_new_tokens=tokens, temperature=0.0, top_p=1.0)
    async for delta in engine.generate(request):
        first = first or time.perf_counter()
        count = delta.tokens
    return 1000 * (first - began), (count - 1) / (time.perf_counter() - first)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=64)
    tokens = parser.parse_args().tokens
    settings = load_settings()
    base = find_base_model(settings.base_model.name, settings.cache_dir)
    renderer = PromptRenderer("Maud Ferrier", base.chat_template, base.tokenizer_json, base.special_tokens)
    prompts = [
        tuple(renderer.tokenize(renderer.text(renderer.messages([ChatMessage("user", path.read_text())], nonce="n"))))
        for path in sorted(POSTS.glob("*.md"))[:4]
    ]
    figures = {}
    for name in ENGINES:
        engine = engine_module(name).load(base, None, settings.cache_dir, "cpu")
        measured = [asyncio.run(measure(engine, prompt, tokens)) for prompt in prompts][1:]
        engine.close()
        figures[name] = [statistics.median(values) for values in zip(*measured, strict=True)]
    peer = figures["transformers"]
    print(f"prompts of {[len(p) for p in prompts[1:]]} tokens, {tokens} new tokens")
    for name, (first, pace) in figures.items():
        print(
            f"{name:<14} first token {first:6.0f} ms ({peer[0] / first:.1f}×)   "
            f"{pace:5.1f} tok/s ({pace / peer[1]:.1f}×)"
        )


if __name__ == "__main__":
    main()
