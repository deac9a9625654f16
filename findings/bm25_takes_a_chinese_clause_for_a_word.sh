#!/usr/bin/env bash
# Qdrant's BM25 splits text where letters end. Chinese and Japanese put no spaces between words, so each clause becomes
# one token, and a question shares no token with a text unless it repeats a whole clause. So cut such text into words (or
# into overlapping pairs of characters) before it reaches BM25, in documents and questions alike.
#
# Seen with qdrant-edge-py 0.9.0 on 2026-11-28: of 猫は魚を食べる。犬は寝る。 two tokens, none in common with 猫は何を食べる？
set -euo pipefail
unset PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq qdrant-edge-py==0.9.0
cd "$folder"
venv/bin/python - <<'PY'
from qdrant_edge import Bm25, Bm25Config

bm25 = Bm25(Bm25Config())


def tokens(text: str) -> set[int]:
    return set(bm25.embed_query(text).indices)


def pairs(text: str) -> str:
    return " ".join(a + b for a, b in zip(text, text[1:]))


for document, question in (("猫は魚を食べる。犬は寝る。", "猫は何を食べる？"), ("猫吃鱼。狗睡觉。", "猫吃什么？")):
    plain, paired = (
        (len(tokens(cut(document))), len(tokens(cut(document)) & tokens(cut(question)))) for cut in (str, pairs)
    )
    print(document, question, "tokens, in common:", plain, "as pairs of characters:", paired)
    assert plain == (2, 0)
    assert paired[1] > 0
PY
