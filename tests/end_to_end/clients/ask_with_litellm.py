"""litellm, which calls any server of OpenAI's form "openai/MODEL"."""

import litellm
from protocol import BASE_URL, MODEL, WITHOUT_KEY, ask

SERVER = {"model": f"openai/{MODEL}", "api_base": BASE_URL, "api_key": WITHOUT_KEY, "num_retries": 0}


def chat(question: str) -> str | None:
    answer = litellm.completion(messages=[{"role": "user", "content": question}], **SERVER)
    return answer.choices[0].message.content


def chat_streamed(question: str) -> str:
    chunks = litellm.completion(messages=[{"role": "user", "content": question}], stream=True, **SERVER)
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)


def responses(question: str) -> str:
    return litellm.responses(input=question, **SERVER).output_text


def responses_streamed(question: str) -> str:
    events = litellm.responses(input=question, stream=True, **SERVER)
    return "".join(event.delta for event in events if event.type == "response.output_text.delta")


ask(chat=chat, chat_streamed=chat_streamed, responses=responses, responses_streamed=responses_streamed)
