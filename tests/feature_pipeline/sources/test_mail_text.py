import pytest

from feature_pipeline.sources.mbox.text import Signatures, split_mail

REPLY = "Thursday suits me.\n\nMaud"
ASKED = "Shall we meet on Thursday?\nAnn"


def quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 15 Jan 2024 at 10:00, Ann Lee <ann@example.org> wrote:",
        "On Mon, 15 Jan 2024 at 10:00, Ann Lee\n<ann@example.org> wrote:",
        "On Jan 15, 2024, at 10:00 AM, Ann Lee of the Harbour\nOffice <ann.lee@example.org>\nwrote:",
        "Am Mo., 15. Jan. 2024 um 10:00 Uhr schrieb Ann Lee <ann@example.org>:",
        "Am 15.01.24 um 10:00 schrieb Ann Lee:",
        "Le lun. 15 janv. 2024 à 10:00, Ann Lee <ann@example.org> a écrit :",
        "El lun, 15 ene 2024 a las 10:00, Ann Lee (<ann@example.org>) escribió:",
        "Il giorno lun 15 gen 2024 alle ore 10:00 Ann Lee <ann@example.org> ha scritto:",
        "Em seg., 15 de jan. de 2024 às 10:00, Ann Lee <ann@example.org>\nescreveu:",
        "Op ma 15 jan 2024 om 10:00 schreef Ann Lee <ann@example.org>:",
        "pon., 15 sty 2024 o 10:00 Ann Lee <ann@example.org> napisał(a):",
        "пн, 15 янв. 2024 г. в 10:00, Ann Lee <ann@example.org>:",
        "2024年1月15日(月) 10:00 Ann Lee <ann@example.org>:",
        "Ann Lee <ann@example.org> 于2024年1月15日周一 10:00写道：",
        "2024년 1월 15일 (월) 오전 10:00, Ann Lee <ann@example.org>님이 작성:",
    ],
)
def test_a_reply_above_what_it_answers(attribution: str) -> None:
    expected = ("Thursday suits me.\n\nMaud", ASKED)
    for asked in (quoted(ASKED), ASKED):  # marked, and as the mail of phones puts it, unmarked
        found = split_mail(f"{REPLY}\n\n{attribution}\n\n{asked}\n")
        assert (found.body, found.quoted) == expected


def test_a_reply_between_the_lines() -> None:
    found = split_mail("Ann wrote:\n> When?\n\nAt nine.\n\n> Where?\n>\n>> By the pier.\n\nBy the pier.\nMaud")
    assert found.body == "At nine.\n\nBy the pier.\nMaud"
    assert found.quoted == "When?\nWhere?"


@pytest.mark.parametrize(
    "head",
    [
        "-----Original Message-----\nFrom: Ann Lee\nSent: Monday, January 15, 2024 10:00 AM\nTo: Maud\nSubject: Pier",
        "____________________\nVon: Ann Lee <ann@example.org>\nGesendet: Montag, 15. Januar 2024 10:00\nAn: Maud\n"
        "Betreff: Pier",
        "De : Ann Lee <ann@example.org>\nEnvoyé : lundi 15 janvier 2024 10:00\nÀ : Maud\nObjet : Pier",
        "*From:* Ann Lee <ann@example.org>\n*Date:* Monday, 15 January 2024 at 10:00\n*To:* Maud\n*Subject:* Pier",
        "差出人: Ann Lee <ann@example.org>\n送信日時: 2024年1月15日 10:00\n宛先: Maud\n件名: Pier",
        "-------- Original Message --------",
    ],
)
def test_a_block_of_headers_ends_the_reply(head: str) -> None:
    found = split_mail(
        f"{REPLY}\n\n{head}\n\n{ASKED}\n\nFrom: Maud\nSent: Sunday\nTo: Ann\nSubject: Pier\n\nHow about it?"
    )
    assert (found.body, found.quoted) == (REPLY, ASKED)


@pytest.mark.parametrize(
    "marker",
    [
        "---------- Forwarded message ---------\nFrom: Ann Lee <ann@example.org>",
        "Begin forwarded message:",
        "-------- Weitergeleitete Nachricht --------",
        "---------- Mensaje reenviado ----------",
    ],
)
def test_forwarded_mail_is_neither_own_nor_answered(marker: str) -> None:
    found = split_mail(f"Have a look.\n\n{marker}\n\nThe pier is closed.")
    assert (found.body, found.quoted) == ("Have a look.", "")


@pytest.mark.parametrize(
    "text",
    [
        "On Monday she wrote:\nnothing at all. I waited.",
        "From: Porto\nTo: Lisbon\nDate: 5 May\n\nThat is the train.",
        "Please write to ann@example.org before 10:30 with these:\n- a hat\n- a coat",
        "In 1819 Keats wrote:\n\nhis best poems.",
        "A table:\n\na -- b\n--x\nc",
        "The pier -- what is left of it -- stands.",
        "Bring your phone and your Outlook calendar.",
        "Bonjour 😀  deux espaces\n\n\nلا بأس\n",
    ],
)
def test_own_words_that_look_like_quotations_stay_to_the_letter(text: str) -> None:
    assert split_mail(text).body == text.strip("\n")


@pytest.mark.parametrize(
    "below",
    [
        "-- \nMaud Ferrier\nHarbour Weather",
        "--\nMaud",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi Samsung Galaxy",
        "iPhoneから送信",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "-- \nMaud\n\nSent from my iPad",
        "-- \nMaud\n_______________________________________________\nFog mailing list\nfog@lists.example.org",
    ],
)
def test_what_programs_put_below_is_cut(below: str) -> None:
    assert split_mail(f"See you there.\n\n{below}\n").body == "See you there."
    assert (
        split_mail(f"See you there.\n\n{below}\n\nOn 15 Jan 2024 at 10:00, Ann wrote:\n> When?").body
        == "See you there."
    )


def test_a_signature_is_known_by_coming_back() -> None:
    block = "Best,\nMaud Ferrier\nHarbour Weather\nmaud@example.org"
    texts = [f"{words}\n\n{block}" for words in ("The fog lifts.", "No fog.", "Fog again.")]
    assert [Signatures(texts).cut(text) for text in texts] == ["The fog lifts.", "No fog.", "Fog again."]
    assert Signatures(texts[:2]).cut(texts[0]) == texts[0]


def test_a_greeting_that_one_types_again_and_again_stays() -> None:
    texts = [f"{words}\n\nCheers,\nMaud" for words in ("The fog lifts.", "No fog.", "Fog again.")]
    assert [Signatures(texts).cut(text) for text in texts] == texts


def test_a_long_line_of_anything_is_quickly_read() -> None:
    for line in ("-" * 200_000, "a" * 200_000, ">" * 200_000, "@" * 200_000, "<" * 100_000 + ":", " " * 200_000):
        assert split_mail(f"Fog.\n\n{line}\n\nMore.").body.startswith("Fog.")
