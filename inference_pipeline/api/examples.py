"""Requests that can be sent as they are to a server of the sample author, and what it answers: for /openapi.json."""

from typing import Any

from inference_pipeline.answers import Finished, Origin
from inference_pipeline.citations import Citation

MADE_AT = 1_790_000_000  # seconds since 1970, of all examples
QUESTION = {"role": "user", "content": "When was the Patient Annie built?"}
CHAT_REQUEST: dict[str, Any] = {"model": "maud-ferrier", "messages": [QUESTION]}
RESPONSE_REQUEST: dict[str, Any] = {"model": "maud-ferrier", "input": QUESTION["content"]}
EMBEDDINGS_REQUEST: dict[str, Any] = {"model": "all-minilm-l6-v2", "input": ["The ferry is the Patient Annie."]}

ANSWER = Finished(
    text="Right then. The Patient Annie was built in Carrick in 1974.",
    finish_reason="stop",
    prompt_tokens=412,
    completion_tokens=18,
    citations=(
        Citation(
            kind="supports",
            document_id="0f6c0c8d1f0b5e7a91c2d3e4",
            title="The Patient Annie and her timetable",
            date="2022-04-24",
            url="https://example.org/2022/the-patient-annie-timetable/",
            quote="She was built in Carrick in 1974.",
            start=176,
            end=209,
            score=0.71,
            answer_start=12,
            answer_end=59,
        ),
    ),
    origin=Origin(author="maud-ferrier", adapter="v2", features="F3", base="smollm2-135m-instruct"),
    retrieval_ms=8.4,
    generation_ms=902.7,
)

MODEL: dict[str, Any] = {
    "id": "maud-ferrier@v2",
    "object": "model",
    "created": MADE_AT,
    "owned_by": "maud-ferrier",
    "llm_twin": {
        "author": "maud-ferrier",
        "author_name": "Maud Ferrier",
        "adapter": "v2",
        "base": "smollm2-135m-instruct",
    },
}
MODELS: dict[str, Any] = {"object": "list", "data": [{**MODEL, "id": "maud-ferrier"}, MODEL]}
EMBEDDINGS: dict[str, Any] = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.0312, -0.0457, 0.0081]}],
    "model": "all-minilm-l6-v2",
    "usage": {"prompt_tokens": 9, "total_tokens": 9},
}
