"""OpenAI's client, by the helpers that raise when an answer was cut."""

from openai import OpenAI
from protocol import BASE_URL, MODEL, WITHOUT_KEY, ask

client = OpenAI(base_url=BASE_URL, api_key=WITHOUT_KEY, max_retries=0)


def chat(question: str) -> str | None:
    messages = [{"role": "user", "content": question}]
    return client.chat.completions.parse(model=MODEL, messages=messages).choices[0].message.content


def chat_streamed(question: str) -> str | None:
    messages = [{"role": "user", "content": question}]
    with client.chat.completions.stream(model=MODEL, messages=messages) as stream:
        return stream.get_final_completion().choices[0].message.content


def responses(question: str) -> str:
    return client.responses.parse(model=MODEL, input=question).output_text


def responses_streamed(question: str) -> str:
    with client.responses.stream(model=MODEL, input=question) as stream:
        return stream.get_final_response().output_text


ask(chat=chat, chat_streamed=chat_streamed, responses=responses, responses_streamed=responses_streamed)
