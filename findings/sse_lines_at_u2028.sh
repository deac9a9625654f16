#!/usr/bin/env bash
# Server-sent events end their lines at CR, LF or CRLF only (WHATWG HTML, 9.2.5), and JSON may hold U+2028, U+2029 and
# U+0085 as they are. httpx's `iter_lines` splits as str.splitlines does, at these three as well: one event of a chat API
# whose text holds one arrives as two lines, the first of them broken JSON. So read such a stream with httpx2's
# `EventSource`, which splits as the format says; with httpx, split at line feeds.
#
# Seen with httpx 0.28.1 and httpx2 2.16.2 on 2026-11-28: one line of JSON comes as two for each of the three.
set -euo pipefail
unset PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq httpx==0.28.1 httpx2==2.16.2
cd "$folder"
venv/bin/python - <<'PY'
import json

import httpx
import httpx2

for client in (httpx, httpx2):
    for separator in ("\u2028", "\u2029", "\x85"):
        event = "data: " + json.dumps({"text": f"one{separator}two"}, ensure_ascii=False)
        response = client.Response(200, content=f"{event}\n\n".encode())
        lines = [line for line in response.iter_lines() if line]
        print(client.__name__, client.__version__, f"U+{ord(separator):04X}", lines)
        assert len(lines) == 2, lines
        assert [line for line in response.content.decode().split("\n") if line] == [event]
        headers = {"Content-Type": "text/event-stream"}
        whole = httpx2.Response(200, content=response.content, headers=headers, request=httpx2.Request("GET", "http://a"))
        assert [f"data: {event.data}" for event in httpx2.EventSource(whole)] == [event]
PY
