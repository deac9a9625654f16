"""An exchange with a server of the sample author, whose requests can be sent as they are: for /openapi.json."""

from typing import Any

from inference_pipeline.answers import Finished, Origin, Retrieved, Way
from inference_pipeline.citations import Citation

AUTHOR = "maud-ferrier"
MADE_AT = 1_790_000_000  # seconds since 1970, of all examples
QUESTION = {"role": "user", "content": "When was the Patient Annie built?"}
CHAT_REQUEST: dict[str, Any] = {"model": "maud-ferrier", "messages": [QUESTION]}
DRAFT = (
    "The harbour clock in our town has been running slow again since the beginning of the month. A number of people "
    "have asked me whether it is going to be repaired in the near future. I have contacted the council, and they "
    "have told me that somebody will come."
)

ANSWER = Finished(
    text="She was built in Carrick in 1974.",
    finish_reason="stop",
    prompt_tokens=38,
    completion_tokens=11,
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
            answer_start=0,
            answer_end=33,
        ),
    ),
    origin=Origin(author="maud-ferrier", adapter="v2", features="F3", base="smollm2-135m-instruct"),
    retrieval_ms=8.4,
    generation_ms=0.4,
    way=Way.QUOTED,
    retrieved=(
        Retrieved(
            document_id="0f6c0c8d1f0b5e7a91c2d3e4",
            title="The Patient Annie and her timetable",
            date="2022-04-24",
            url="https://example.org/2022/the-patient-annie-timetable/",
            start=102,
            end=640,
            quote="She was built in Carrick in 1974.",
            similarity=0.64,
            words=0.83,
            used=True,
        ),
    ),
)
