"""How numbers are said."""


def counted(number: int, noun: str) -> str:
    """1, "post" → "1 post"; 2, "post" → "2 posts"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
