"""Numbers that states give to persons: only those with a check digit or a strict form, most only with their label."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from feature_pipeline.privacy.accounts import luhn
from feature_pipeline.privacy.detection import Detected, matches

NOT_ALNUM = re.compile(r"[^A-Za-z0-9]")
DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
ODD_VALUES = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)  # of A … Z
ADVERTISED = {"078051120", "219099999", "123456789", "457555462"}  # Social Security numbers of wallets and posters


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _unlabelled_ssn(value: str) -> bool:
    return value not in ADVERTISED and _ssn(value)


def _ssn(value: str) -> bool:
    """The ranges that the Social Security Administration never assigns: 000, 666, 900–999; group 00; serial 0000."""
    area, group, serial = value[:3], value[3:5], value[5:]
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def _cpf(value: str) -> bool:
    ends = [_weighted(value, tuple(range(n, 1, -1))) * 10 % 11 % 10 for n in (10, 11)]
    return len(set(value)) > 1 and value[9:] == f"{ends[0]}{ends[1]}"


def _dni(value: str) -> bool:
    """An NIE begins with a letter that stands for a digit."""
    number = value[:-1].upper().replace("X", "0").replace("Y", "1").replace("Z", "2")
    return int(number) > 0 and DNI_LETTERS[int(number) % 23] == value[-1].upper()


def _codice_fiscale(value: str) -> bool:
    """Decreto ministeriale 12 March 1974: digits count as the letters A … J."""
    places = [int(c) if c.isdigit() else ord(c) - ord("A") for c in value]
    return chr(ord("A") + (sum(places[1:15:2]) + sum(ODD_VALUES[p] for p in places[0:15:2])) % 26) == value[15]


def _nir(value: str) -> bool:
    number = value[:13].upper().replace("2A", "19").replace("2B", "18")
    return number.isdigit() and 97 - int(number) % 97 == int(value[13:])


def _resident_id(value: str) -> bool:
    """GB 11643-1999."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[_weighted(value, weights) % 11] == value[17].upper()


def _bsn(value: str) -> bool:
    value = value.zfill(9)
    return len(set(value)) > 1 and (_weighted(value, (9, 8, 7, 6, 5, 4, 3, 2)) - int(value[8])) % 11 == 0


def _pesel(value: str) -> bool:
    return (_weighted(value, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) + int(value[10])) % 10 == 0


class NationalId(NamedTuple):
    what: str
    pattern: re.Pattern[str]  # its first group is the number
    is_valid: Callable[[str], bool]  # whether its check digit is right, or its range is in use
    hints: tuple[str, ...] = ()  # literals of which each labelled number has one


IDS = (
    NationalId(
        "a Social Security number", re.compile(r"(?<![\w.,/+-])(\d{3}-\d{2}-\d{4})(?![\w-]|\.\d)"), _unlabelled_ssn
    ),
    NationalId(
        "a Social Security number",
        re.compile(
            r"\b(?:SSN|social security)\b(?: (?:number|no\.?|#))?(?: is| was)?[:, ]{1,3}"
            r"(\d{3}[ -]?\d{2}[ -]?\d{4})\b",
            re.IGNORECASE,
        ),
        _ssn,
        ("SSN", "ssn", "ocial ", "OCIAL "),
    ),
    NationalId("a CPF", re.compile(r"(?<![\w.])(\d{3}\.\d{3}\.\d{3}-\d{2})(?!\w)"), _cpf),
    NationalId(
        "a DNI",
        re.compile(r"\b(?:DNI|NIF|NIE)\b[^\w\n]{0,3}(?:es |nº |número )?([XYZ]?\d{7,8}[ -]?[A-Z])\b", re.IGNORECASE),
        _dni,
        ("DNI", "NIF", "NIE", "dni", "nif", "nie"),
    ),
    NationalId("a codice fiscale", re.compile(r"\b([A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z])\b"), _codice_fiscale),
    NationalId(
        "a French social security number",
        re.compile(r"(?<![\w.-])([12]\s?\d{2}\s?(?:0[1-9]|1[0-2]|[2-9]\d)\s?\d[\dABab]\s?\d{3}\s?\d{3}\s?\d{2})(?!\w)"),
        _nir,
    ),
    NationalId(
        "a Chinese resident number",
        re.compile(
            r"(?<![\da-zA-Z])([1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx])(?![\da-zA-Z])"
        ),
        _resident_id,
    ),
    NationalId(
        "a BSN",
        re.compile(r"\b(?:BSN|burgerservicenummer)\b(?: is)?[: ]{1,3}(\d{8,9})\b", re.IGNORECASE),
        _bsn,
        ("BSN", "bsn", "servicenummer"),
    ),
    NationalId(
        "a PESEL",
        re.compile(r"\bPESEL\b(?: to)?[: ]{1,3}(\d{11})\b", re.IGNORECASE),
        _pesel,
        ("PESEL", "Pesel", "pesel"),
    ),
    NationalId(
        "a Canadian social insurance number",
        re.compile(r"\b(?:SIN|social insurance number)\b(?: is)?[: ]{1,3}([1-79]\d{2}[ -]\d{3}[ -]\d{3})\b"),
        luhn,
        ("SIN", "insurance"),
    ),
)


def detect(text: str) -> Iterator[Detected]:
    for what, pattern, is_valid, hints in IDS:
        for match in matches(pattern, text, hints, before=20, after=60):
            value = NOT_ALNUM.sub("", match[1])
            if is_valid(value):
                yield Detected(match.start(1), match.end(1), "id", value.upper(), what)
