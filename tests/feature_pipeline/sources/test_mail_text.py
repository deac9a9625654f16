import pytest

from feature_pipeline.letters.text import split_mail
from feature_pipeline.sources.mbox.signatures import Signatures

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
        "ma 15. tammikuuta 2024 klo 10.00 Ann Lee\n<ann@example.org> kirjoitti:",
        "ma 15. tammik. 2024 klo 10.00 Ann Lee kirjoitti:",
        "tir. 15. jan. 2024 kl. 10:00 skrev Ann Lee <ann@example.org\n>:",
        "Den mån 15 jan. 2024 kl 10:00 skrev Ann Lee <ann@example.org>:",
        "Den 15. jan. 2024 kl. 10.00 skrev Ann Lee:",
        "On Mon, 15 Jan 2024 10:00:43 -0200 Ann Lee <ann@example.org> wrote",
        " ---- On Mon, 15 Jan 2024 10:00:43 -0200 Ann Lee <ann@example.org> wrote ----",
        "E, 15. jaanuar 2024 kell 10:00 kirjutas Ann Lee (<ann@example.org>):",
        "2024 m. sausio 15 d., pr, 10:00, Ann Lee <ann@example.org> rašė:",
        "Ann Lee <ann@example.org> schrieb:",
        "---- Ann Lee schrieb ----",
        "在 2024年1月15日 10:00，Ann Lee <ann@example.org> 写道：",
        "W dniu 15.01.2024 o 10:00, Ann Lee pisze:",
        "Ann Lee kirjoitti 15.1.2024 klo 10.00:",
        "2024-01-15 오전 10:00에 Ann Lee 이(가) 쓴 글:",
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
        "Date: Mon, 15 Jan 2024 10:00:00 +0000\nSubject: Pier\nFrom: ann@example.org\nTo: maud@example.org",
        "Subject: Pier\nTo: maud@example.org\nFrom: ann@example.org\nDate: Mon, 15 Jan 2024 10:00:00 +0000",
        "Datum: Mo, 15 Jan 2024 10:00\n\nBetreff: Pier\n\nAn: maud@example.org\n\nVon: ann@example.org",
        "From: ann@example.org\nSent: \u200eMonday\u200e, \u200e15\u200e January 2024 10:00\nTo: Maud Ferrier",
        "From:\u00a0Ann Lee\nSent:\u00a0\u200eMonday\u200e, \u200e15\u200e January 2024 10:00\nTo:\u00a0Maud Ferrier",
        "-------- Oprindelig besked --------\nFra: Ann Lee <ann@example.org>\nDato: 15.01.2024 10.00",
        "----- Ursprungligt mejl -----",
        "差出人: Ann Lee <ann@example.org>\n送信日時: 2024年1月15日 10:00\n宛先: Maud\n件名: Pier",
        "-------- Original Message --------",
        "מאת: Ann Lee\nנשלח: יום שני 15 ינואר 2024 10:00\nאל: Maud\nנושא: Pier",
        "Šalje: Ann Lee\nPoslano: ponedjeljak, 15. siječnja 2024. 10:00\nPrima: Maud\nPredmet: Pier",
        "Từ: Ann Lee\nĐã gửi: 15 tháng 1, 2024 10:00\nĐến: Maud\nChủ đề: Pier",
        "Kutoka: Ann Lee <ann@example.org>\nImetumwa: 15 Januari 2024 10:00\nKwa: Maud\nMada: Pier",
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
        "Date: Monday\nTo: the whole of Tar Lane\n\nThe clock is right again.",
        "When: 15 January 2024, 10:00\nWhere: the pier\nWho: write to ann@example.org\n\nBring a coat.",
        "Ann: at 10:00\nBo: on 15 January 2024\nMaud: at the pier\n\nThat is who comes.",
        "On 15 Jan 2024 at 10:00 the baker wrote\nto me about his clock.",
        "I was there at 10:30.\nShe wrote: nothing.",
        "I thought about it.\n\nSent from my desk, which is much better than my phone.",
        "Get Outlook for your brother, he needs it.",
        "Sent from my heart, as they say.\n\nAnd the clock?",
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
        "Sent from my Wiko RIDGE FAB 4G",
        "Skickades från min iPhone",
        "Von meinem Fairphone gesendet",
        "Lähetetty iPhonesta",
        "Odesláno z iPhonu",
        "Sent from my Verizon, Samsung Galaxy smartphone",
        "Verzonden vanaf mijn Motorola Moto G",
        "If you are not the intended recipient of this message, please\ndelete it and tell the sender.",
        "Please consider the environment before printing this e-mail.",
        "Sent from my iPhone\n\nSollten Sie nicht der richtige Adressat sein, löschen Sie diese Nachricht bitte.",
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


def test_a_letter_behind_a_devices_line_is_not_the_authors() -> None:
    found = split_mail(f"{REPLY}\n\nSent from my iPhone\n\n{ASKED}\n")
    assert (found.body, found.quoted) == (REPLY, ASKED)


def test_words_behind_a_quotation_stay_though_a_device_named_itself_above() -> None:
    found = split_mail("Sent from my iPhone\n\nOn 15 Jan 2024 at 10:00, Ann wrote:\n> When?\n\nAt nine.")
    assert (found.body, found.quoted) == ("At nine.", "When?")


def test_what_an_archive_of_mailman_left_out_leaves_nothing() -> None:
    scrubbed = (
        "-------------- next part --------------\nA non-text attachment was scrubbed...\nName: signature.asc\n"
        "Type: application/pgp-signature\nSize: 198 bytes\nDesc: not available\n"
        "URL: <http://lists.example.org/pipermail/fog/attachments/20240115/ab12/attachment.bin>\n"
    )
    german = (
        "-------------- nächster Teil --------------\nEin Dateianhang mit HTML-Daten wurde abgetrennt...\n"
        "URL: <http://lists.example.org/pipermail/fog/attachments/20240115/cd34/attachment.htm>\n"
    )
    assert split_mail(f"{REPLY}\n{scrubbed}").body == REPLY
    assert split_mail(f"{REPLY}\n{german}").body == REPLY
    assert split_mail(f"One.\n-------------- next part --------------\nTwo.\n{scrubbed}").body == "One.\nTwo."


@pytest.mark.parametrize(
    "below",
    [
        "Harbour clocks, wound and mended since 1989",
        "Clocks that are left over the winter are kept at the risk of those who left them.",
        "Clocks left\nat the harbour office\nare wound on Sundays.\n\nHarbour Weather, Tar Lane 3\n+49 40 123456",
        "maud@example.org",
    ],
)
def test_what_comes_back_below_the_authors_name_is_cut_and_the_wish_above_stays(below: str) -> None:
    texts = [
        f"{words}\n\nKeep the clock wound, and write soon.\nMaud\n\n{below}" for words in ("Fog.", "None.", "Rain.")
    ]
    found = Signatures(texts, ["Maud Ferrier"])
    assert [found.cut(text).rpartition("\n\n")[2] for text in texts] == [
        "Keep the clock wound, and write soon.\nMaud"
    ] * 3


@pytest.mark.parametrize(
    "wish",
    [
        "Yours, with the tide,\n\nMaud",
        "With every good wish from all of us at the harbour, and may your clocks keep time until we meet again,\n"
        "Maud Ferrier",
        "Love from Tar Lane\nYour old friend\nMaud",
        "Maud\n\nPS: Write soon.",
        "Mind the tide!",
    ],
)
def test_a_wish_that_comes_back_is_the_authors(wish: str) -> None:
    texts = [f"{words}\n\n{wish}" for words in ("The fog lifts.", "No fog.", "Fog again.")]
    assert [Signatures(texts, ["Maud Ferrier"]).cut(text) for text in texts] == texts


def test_a_wish_in_chinese_is_the_authors_too() -> None:
    wish = "祝您身体健康，万事如意，工作顺利，合家欢乐，期待您的回信"
    texts = [f"{words}\n\n{wish}\n莫德\n\n港口钟表，上海" for words in ("雾散了。", "没有雾。", "又起雾了。")]
    assert [Signatures(texts, ["莫德"]).cut(text).endswith(f"{wish}\n莫德") for text in texts] == [True] * 3
    unsigned = [f"{words}\n\n{wish}" for words in ("雾散了。", "没有雾。", "又起雾了。")]
    assert [Signatures(unsigned, ["莫德"]).cut(text) for text in unsigned] == unsigned


def test_a_notice_of_many_words_is_known_by_coming_back_alone() -> None:
    notice = "The harbour office answers letters on weekdays; " * 4
    texts = [f"{words}\n\n{notice.strip()}" for words in ("The fog lifts.", "No fog.", "Fog again.")]
    assert [Signatures(texts).cut(text) for text in texts] == ["The fog lifts.", "No fog.", "Fog again."]


def test_a_long_line_of_anything_is_quickly_read() -> None:
    for line in ("-" * 100_000, "a" * 100_000, ">" * 100_000, "@" * 100_000, "<" * 50_000 + ":", " " * 100_000):
        assert split_mail(f"Fog.\n\n{line}\n\nMore.").body.startswith("Fog.")
