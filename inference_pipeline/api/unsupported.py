"""Fields of OpenAI's requests that would change the answer, and that a twin cannot honour: refused by name.

What would change nothing (metadata, user, service_tier, …) is no field of a request here, and ignored.
"""

import json
from typing import Any

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError


def only(*harmless: Any) -> AfterValidator:
    """The field may be null or one of `harmless`, with which the answer is the one that it would be without it."""

    def check(value: Any) -> Any:
        if value is not None and value not in harmless:
            allowed = "".join(f", or send {json.dumps(one)}" for one in harmless)
            raise PydanticCustomError("unsupported_parameter", f"a twin does not support this. Leave it out{allowed}.")
        return value

    return AfterValidator(check)
