"""openai-agents: an agent without tools, over both of OpenAI's forms."""

import asyncio

from agents import Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, Runner, set_tracing_disabled
from openai import AsyncOpenAI
from protocol import BASE_URL, MODEL, WITHOUT_KEY, ask

set_tracing_disabled(True)  # traces would go to OpenAI
client = AsyncOpenAI(base_url=BASE_URL, api_key=WITHOUT_KEY, max_retries=0)
chat = Agent(name="Twin", instructions="Be brief.", model=OpenAIChatCompletionsModel(MODEL, client))
responses = Agent(name="Twin", instructions="Be brief.", model=OpenAIResponsesModel(MODEL, client))


async def streamed(agent: Agent, question: str) -> str:
    running = Runner.run_streamed(agent, question)
    async for _ in running.stream_events():
        pass
    return running.final_output


with asyncio.Runner() as loop:
    ask(
        chat=lambda question: loop.run(Runner.run(chat, question)).final_output,
        chat_streamed=lambda question: loop.run(streamed(chat, question)),
        responses=lambda question: loop.run(Runner.run(responses, question)).final_output,
        responses_streamed=lambda question: loop.run(streamed(responses, question)),
    )
