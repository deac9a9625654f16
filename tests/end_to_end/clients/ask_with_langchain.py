"""LangChain's ChatOpenAI over both of OpenAI's forms."""

from langchain_openai import ChatOpenAI
from protocol import BASE_URL, MODEL, WITHOUT_KEY, ask


def model(*, responses: bool) -> ChatOpenAI:
    return ChatOpenAI(model=MODEL, base_url=BASE_URL, api_key=WITHOUT_KEY, max_retries=0, use_responses_api=responses)


chat, responses = model(responses=False), model(responses=True)
ask(
    chat=lambda question: chat.invoke(question).text,
    chat_streamed=lambda question: "".join(piece.text for piece in chat.stream(question)),
    responses=lambda question: responses.invoke(question).text,
    responses_streamed=lambda question: "".join(piece.text for piece in responses.stream(question)),
)
