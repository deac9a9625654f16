"""Clients that people have, as they come: LangChain, the llm command, curl, OpenAI's asynchronous one."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import openai
import pytest
from pydantic import SecretStr

from fakes.service import ANSWER, ASKED, Service

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

QUESTION = ASKED[0]["content"]


def chat_model(service: Service, *, responses: bool = False) -> "ChatOpenAI":
    from langchain_openai import ChatOpenAI  # two seconds, which only these tests are to take

    return ChatOpenAI(
        model="maud",
        base_url=f"{service.address}/v1",
        api_key=SecretStr("none"),
        use_responses_api=responses,
        stream_usage=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("responses", [False, True])
def test_langchain(service: Service, responses: bool) -> None:
    model = chat_model(service, responses=responses)
    answer = model.invoke([("system", "Be brief."), ("human", QUESTION)])
    assert answer.text == ANSWER
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["output_tokens"] == len(ANSWER.split())
    pieces = list(model.stream(QUESTION))
    assert "".join(piece.text for piece in pieces) == ANSWER
    assert len(pieces) > 2  # a sentence each


@pytest.mark.slow
def test_langchain_embeddings(service: Service) -> None:
    from langchain_openai import OpenAIEmbeddings

    embeddings = OpenAIEmbeddings(
        model="hash-encoder",
        base_url=f"{service.address}/v1",
        api_key=SecretStr("none"),
        check_embedding_ctx_length=False,  # else it sends ids of OpenAI's tokenizer
    )
    assert embeddings.embed_query("clock") == pytest.approx(service.world.encoder.encode(["clock"])[0])


@pytest.mark.slow
@pytest.mark.parametrize("stream", [True, False])
def test_the_llm_command(service: Service, tmp_path: Path, stream: bool) -> None:
    model = {"model_id": "maud-twin", "model_name": "maud", "api_base": f"{service.address}/v1"}
    (tmp_path / "extra-openai-models.yaml").write_text(json.dumps([model]), encoding="utf-8")  # JSON is YAML
    environment = os.environ | {"LLM_USER_PATH": str(tmp_path), "LLM_LOAD_PLUGINS": ""}
    command = [sys.executable, "-m", "llm", "-m", "maud-twin", QUESTION, *([] if stream else ["--no-stream"])]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert (done.stdout.strip(), done.returncode) == (ANSWER, 0), done.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_curl(service: Service) -> None:
    body = json.dumps({"model": "maud", "messages": ASKED, "stream": True})
    command = ["curl", "-sSN", f"{service.address}/v1/chat/completions", "-H", "Content-Type: application/json"]
    done = subprocess.run([*command, "-d", body], capture_output=True, text=True, check=True)
    *chunks, end = [line.removeprefix("data: ") for line in done.stdout.splitlines() if line]
    assert "".join(json.loads(chunk)["choices"][0]["delta"].get("content", "") for chunk in chunks) == ANSWER
    assert end == "[DONE]"


def test_the_asynchronous_client(service: Service) -> None:
    async def go() -> tuple[str, str]:
        async with openai.AsyncOpenAI(base_url=f"{service.address}/v1", api_key="none") as client:
            chat = await client.chat.completions.create(model="maud", messages=ASKED, stream=True)  # type: ignore[call-overload]
            text = "".join([chunk.choices[0].delta.content or "" async for chunk in chat])
            response = await client.responses.create(model="maud", input=QUESTION)
            return text, response.output_text

    assert asyncio.run(go()) == (ANSWER, ANSWER)
