"""What each script here is told and says: a client's ways to ask, tried with the same questions.

    python ask_with_NAME.py BASE_URL MODEL < questions.json

`questions.json` is a list of texts. A line of JSON for each way and question goes to stdout.
"""

import json
import sys
from collections.abc import Callable

BASE_URL, MODEL = sys.argv[1:]
WITHOUT_KEY = "unused"


def ask(**ways: Callable[[str], str | None]) -> None:
    questions = json.load(sys.stdin)
    for way, answer in ways.items():
        for question in questions:
            said = {"way": way, "question": question, "text": answer(question)}
            sys.stdout.write(json.dumps(said) + "\n")
