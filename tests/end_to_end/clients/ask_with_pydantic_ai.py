"""pydantic-ai: an agent without tools, over both of OpenAI's forms."""

import asyncio

from protocol import BASE_URL, MODEL, WITHOUT_KEY, ask
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

provider = OpenAIProvider(base_url=BASE_URL, api_key=WITHOUT_KEY)
chat = Agent(OpenAIChatModel(MODEL, provider=provider), instructions="Be brief.")
responses = Agent(OpenAIResponsesModel(MODEL, provider=provider), instructions="Be brief.")


async def streamed(agent: Agent, question: str) -> str:
    async with agent.run_stream(question) as running:
        return "".join([piece async for piece in running.stream_text(delta=True)])


with asyncio.Runner() as loop:
    ask(
        chat=lambda question: loop.run(chat.run(question)).output,
        chat_streamed=lambda question: loop.run(streamed(chat, question)),
        responses=lambda question: loop.run(responses.run(question)).output,
        responses_streamed=lambda question: loop.run(streamed(responses, question)),
    )
