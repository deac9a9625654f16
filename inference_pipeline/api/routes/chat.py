"""POST /v1/chat/completions: an answer, or up to four (`n`), whole or streamed. Citations stand beside `choices`, with
`n` above 1 in each choice.
"""

from fastapi import APIRouter, Request, Response

from inference_pipeline.api.access import require_author
from inference_pipeline.api.completions import Completion
from inference_pipeline.api.event_stream import respond
from inference_pipeline.api.examples import ANSWER, CHAT_REQUEST, MADE_AT
from inference_pipeline.api.openapi import errors, success
from inference_pipeline.api.schemas import ChatCompletionRequest
from inference_pipeline.api.services import Services

EXAMPLE = Completion(CHAT_REQUEST["model"], id="chatcmpl-7d0c5b9e2a41f6038c5d9b12", created=MADE_AT).whole([ANSWER])


def routes(services: Services) -> APIRouter:
    router = APIRouter()

    @router.post("/v1/chat/completions", responses=success(EXAMPLE, streams=True) | errors(400, 404, 410, 503))
    async def create_chat_completion(body: ChatCompletionRequest, request: Request) -> Response:
        questions = body.questions()
        require_author(request, questions[0].author)
        completion = Completion(body.model, include_usage=body.include_usage)
        events = services.answering.events(questions, completion.id)
        return await respond(request, events, completion, stream=bool(body.stream))

    return router
