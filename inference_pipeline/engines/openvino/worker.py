"""The process that owns an openvino-genai pipeline: JSON lines in on stdin, JSON lines out on stdout.

in   {"gguf": path, "end_tokens": [id…], "cache_gib": n}                       the first line
     {"add": number, "prompt": [id…], "options": {…}}                          generate
     {"drop": number}
out  {"ready": true} or {"failed": reason}                                     the first line
     {"number": n, "ids": […], "log_probs": […], "finish_reason": …} or {"number": n, "failed": reason}

The end of stdin ends the process: nothing is left behind when the server is killed.
"""

import json
import os
import queue
import secrets
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import IO, Any

from feature_store.precision import FASTER, INPUTS, OUTPUTS, ROUNDS, ROWS

MAX_BATCHED_TOKENS = 1024
SEED_BITS = 31


class Worker:
    def __init__(self, *, gguf: str, end_tokens: list[int], cache_gib: int, out: IO[str]) -> None:
        import openvino_genai

        self._genai = openvino_genai
        scheduler = openvino_genai.SchedulerConfig()
        scheduler.max_num_batched_tokens = MAX_BATCHED_TOKENS
        scheduler.enable_prefix_caching = True  # safe: the cache belongs to one version
        scheduler.cache_size = cache_gib
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        options: dict[str, Any] = {"INFERENCE_NUM_THREADS": cores}
        # Left to itself it takes bfloat16 wherever the processor knows it, be it slower there.
        if product_seconds("f32") <= FASTER * product_seconds("bf16"):
            options["INFERENCE_PRECISION_HINT"] = "f32"
        self._pipeline = openvino_genai.ContinuousBatchingPipeline(gguf, scheduler, "CPU", options)
        self._end_tokens = set(end_tokens)
        self._out = out
        self._commands: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._handles: dict[int, Any] = {}

    def run(self, lines: IO[str]) -> None:
        """Handle commands until `lines` ends."""
        threading.Thread(target=self._read, args=(lines,), daemon=True).start()
        while True:
            for command in self._waiting():
                if command is None:
                    return
                self._handle(command)
            if self._pipeline.has_non_finished_requests():
                self._pipeline.step()
                self._report()

    def _read(self, lines: IO[str]) -> None:
        for line in lines:
            self._commands.put(json.loads(line))
        self._commands.put(None)

    def _waiting(self) -> Iterator[dict[str, Any] | None]:
        """The commands that came in during the last step; waits for one when there is nothing to do."""
        if not self._pipeline.has_non_finished_requests():
            yield self._commands.get()
        while not self._commands.empty():
            yield self._commands.get()

    def _handle(self, command: dict[str, Any]) -> None:
        if "drop" in command:
            if handle := self._handles.pop(command["drop"], None):
                handle.cancel()  # the next step frees its place
        else:
            self._add(command["add"], command["prompt"], command["options"])

    def _add(self, number: int, prompt: list[int], options: dict[str, Any]) -> None:
        import numpy as np
        import openvino

        config = self._genai.GenerationConfig(
            max_new_tokens=options["max_new_tokens"],
            repetition_penalty=options.get("repetition_penalty", 1.0),
            logprobs=int(options.get("log_probs", False)),
            stop_token_ids=self._end_tokens,
            do_sample=options["temperature"] > 0,
        )
        if config.do_sample:
            seed = options["seed"]
            config.temperature = options["temperature"]
            config.top_p = options["top_p"]
            config.rng_seed = secrets.randbits(SEED_BITS) if seed is None else seed
        try:
            config.validate()
            ids = openvino.Tensor(np.array([prompt], dtype=np.int64))
            self._handles[number] = self._pipeline.add_request(number, ids, config)
        except RuntimeError as error:
            self._send({"number": number, "failed": f"openvino-genai refused the request: {error}"})

    def _report(self) -> None:
        running = self._genai.GenerationStatus.RUNNING
        for number, handle in list(self._handles.items()):
            ids: list[int] = []
            log_probs: list[float] = []
            finish = None
            while handle.can_read():
                for output in handle.read().values():
                    ids += output.generated_ids
                    log_probs += output.generated_log_probs
                    finish = {"STOP": "stop", "LENGTH": "length"}.get(output.finish_reason.name)
            if ids or finish:
                self._send_tokens(number, ids, log_probs, finish)
            if finish or handle.get_status() != running:
                del self._handles[number]
                if not finish:
                    reason = "the cache of keys and values is too small for this conversation. Shorten it."
                    self._send({"number": number, "failed": reason})

    def _send_tokens(self, number: int, ids: list[int], log_probs: list[float], finish_reason: str | None) -> None:
        self._send({"number": number, "ids": ids, "log_probs": log_probs, "finish_reason": finish_reason})

    def _send(self, message: dict[str, Any]) -> None:
        self._out.write(json.dumps(message) + "\n")
        self._out.flush()


def product_seconds(precision: str) -> float:
    """Of the largest product of a prompt of 512 tokens to the default base model, in openvino's "f32" or "bf16"."""
    import numpy as np
    import openvino
    from openvino import opset13

    rows = opset13.parameter([ROWS, INPUTS], np.float32)
    product = opset13.matmul(rows, opset13.constant(np.ones((OUTPUTS, INPUTS), np.float32)), False, True)
    hint = {"INFERENCE_PRECISION_HINT": precision}
    request = openvino.Core().compile_model(openvino.Model([product], [rows]), "CPU", hint).create_infer_request()
    given = np.ones((ROWS, INPUTS), np.float32)
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        request.infer([given])
        taken.append(time.perf_counter() - began)
    return min(taken)


def main() -> None:
    # The server decides when to stop, and lets requests under way end: its signals reach the whole process group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # a library that prints must not write among the messages
    try:
        worker = Worker(**json.loads(sys.stdin.readline()), out=out)
    except (ImportError, RuntimeError, OSError) as error:
        print(json.dumps({"failed": str(error)}), file=out, flush=True)
        return
    print(json.dumps({"ready": True}), file=out, flush=True)
    worker.run(sys.stdin)
    os._exit(0)  # skips destructors, which complain about requests that were dropped with the pipe


if __name__ == "__main__":
    main()
