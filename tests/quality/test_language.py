"""Languages are told from one sentence, and nothing is guessed from less."""

import pytest

from text.language import detect_language

SENTENCES = {
    "en": (
        "The ferry came late again, so I sat on the harbour wall and counted gulls until my tea was cold.",
        "Nobody tells you that a shop is mostly dusting, and that the dust always wins in the end.",
    ),
    "es": (
        "El barco llegó tarde otra vez, así que me senté en el muro del puerto a contar gaviotas.",
        "Nadie te dice que una tienda consiste sobre todo en quitar el polvo, y que el polvo siempre gana.",
    ),
    "fr": (
        "Le bateau est encore arrivé en retard, alors je me suis assise sur le quai pour compter les mouettes.",
        "Personne ne vous dit qu'une boutique, c'est surtout de la poussière, et que la poussière gagne toujours.",
    ),
    "de": (
        "Die Fähre kam wieder zu spät, also setzte ich mich auf die Hafenmauer und zählte Möwen.",
        "Niemand sagt einem, dass ein Laden vor allem aus Staubwischen besteht und dass der Staub immer gewinnt.",
    ),
    "pt": (
        "O barco chegou atrasado outra vez, por isso sentei-me no muro do porto a contar gaivotas.",
        "Ninguém nos diz que uma loja é sobretudo limpar o pó, e que o pó ganha sempre.",
    ),
    "it": (
        "Il traghetto è arrivato di nuovo in ritardo, così mi sono seduta sul molo a contare i gabbiani.",
        "Nessuno ti dice che un negozio è soprattutto spolverare, e che alla fine la polvere vince sempre.",
    ),
    "nl": (
        "De veerboot was weer te laat, dus ging ik op de havenmuur zitten en telde de meeuwen.",
        "Niemand vertelt je dat een winkel vooral uit stof afnemen bestaat, en dat het stof altijd wint.",
    ),
    "sv": (
        "Färjan var sen igen, så jag satte mig på hamnmuren och räknade måsar tills kaffet blev kallt.",
        "Ingen berättar att en butik mest handlar om att damma, och att dammet alltid vinner till slut.",
    ),
    "da": (
        "Færgen var forsinket igen, så jeg satte mig på havnemuren og talte måger, til kaffen blev kold.",
        "Ingen fortæller dig, at en butik mest handler om at tørre støv af, og at støvet altid vinder.",
    ),
    "pl": (
        "Prom znowu się spóźnił, więc usiadłam na murku w porcie i liczyłam mewy, aż wystygła herbata.",
        "Nikt nie mówi, że sklep to przede wszystkim ścieranie kurzu i że kurz zawsze w końcu wygrywa.",
    ),
    "cs": (
        "Trajekt měl zase zpoždění, a tak jsem si sedla na přístavní zeď a počítala racky, než vychladl čaj.",
        "Nikdo vám neřekne, že obchod je hlavně utírání prachu a že prach nakonec vždycky vyhraje.",
    ),
    "ru": (
        "Паром снова опоздал, поэтому я села на стену у гавани и считала чаек, пока не остыл чай.",
        "Никто не говорит, что магазин — это прежде всего пыль, и что пыль всегда побеждает.",
    ),
    "uk": (
        "Пором знову запізнився, тож я сіла на мур у гавані й лічила чайок, доки не вистиг чай.",
        "Ніхто не каже, що крамниця — це насамперед пил, і що пил завжди перемагає.",
    ),
    "tr": (
        "Vapur yine geç kaldı, ben de limanın duvarına oturup çayım soğuyana kadar martıları saydım.",
        "Kimse size dükkânın en çok toz almak olduğunu ve sonunda hep tozun kazandığını söylemez.",
    ),
    "fi": (
        "Lautta oli taas myöhässä, joten istuin sataman muurille ja laskin lokkeja, kunnes tee jäähtyi.",
        "Kukaan ei kerro, että kauppa on enimmäkseen pölyjen pyyhkimistä ja että pöly voittaa aina.",
    ),
    "el": (
        "Το πλοίο άργησε πάλι, έτσι κάθισα στον τοίχο του λιμανιού και μετρούσα γλάρους.",
        "Κανείς δεν σου λέει ότι ένα μαγαζί είναι κυρίως ξεσκόνισμα και ότι η σκόνη πάντα κερδίζει.",
    ),
    "ja": (
        "フェリーがまた遅れたので、港の壁に座って、お茶が冷めるまでカモメを数えていた。",
        "店というのはほとんど埃を払うことで、最後にはいつも埃が勝つのだと誰も教えてくれない。",
    ),
    "zh": (
        "渡轮又晚点了，我就坐在港口的墙上数海鸥，一直数到茶凉了。",
        "没有人告诉你，开店主要就是擦灰尘，而灰尘最后总是赢。",
    ),
    "ko": (
        "배가 또 늦어서 나는 항구 담장에 앉아 차가 식을 때까지 갈매기를 세었다.",
        "가게는 대부분 먼지를 터는 일이고 결국 먼지가 이긴다는 것을 아무도 말해 주지 않는다.",
    ),
    "ar": (
        "تأخرت العبارة مرة أخرى، فجلست على جدار الميناء أعد النوارس حتى برد الشاي.",
        "لا أحد يخبرك أن الدكان هو في معظمه مسح الغبار وأن الغبار ينتصر دائما في النهاية.",
    ),
    "he": (
        "המעבורת איחרה שוב, אז ישבתי על חומת הנמל וספרתי שחפים עד שהתה התקרר.",
        "אף אחד לא מספר שחנות היא בעיקר ניגוב אבק, ושהאבק תמיד מנצח בסוף.",
    ),
    "hi": (
        "नाव फिर देर से आई, इसलिए मैं बंदरगाह की दीवार पर बैठकर चाय ठंडी होने तक पक्षी गिनती रही।",
        "कोई नहीं बताता कि दुकान का मतलब ज़्यादातर धूल झाड़ना है और अंत में धूल ही जीतती है।",
    ),
}
# Floors, only to be lowered on purpose. Measured: 1.0 of the sentences, and 0.91 of their first six words.
SENTENCES_KNOWN, BEGINNINGS_KNOWN = 1.0, 0.85
NO_LANGUAGE = (
    "",
    "The shop.",
    "lol ok :)",
    "👍👍👍",
    "12 34 56 78 90",
    "@maud #fog https://saltings.example/2019/03/the-clock-that-ran-backwards",
    "qwe rty uio " * 20,
    "asdf ghjk zxcv " * 10,
    "int main(void) { return 0; }",
    "const x = await fetch(url); return x.json();",
)


def known(shorten: int | None) -> tuple[float, list[str]]:
    """The share of texts whose language is told, and those told wrong. Unspaced scripts: two characters are a word."""
    right, wrong = 0, []
    texts = [(language, text) for language, pair in SENTENCES.items() for text in pair]
    for language, text in texts:
        spaced = text.split()
        short = text if shorten is None else " ".join(spaced[:shorten]) if len(spaced) > 3 else text[: 2 * shorten]
        found = detect_language(short)
        right += found == language
        wrong += [f"{short} → {found}, not {language}"] if found not in ("", language) else []
    return right / len(texts), wrong


def test_a_sentence_is_enough() -> None:
    assert len(SENTENCES) >= 15
    share, wrong = known(None)
    assert (share >= SENTENCES_KNOWN, wrong) == (True, []), share


@pytest.mark.parametrize(("words", "floor"), [(6, BEGINNINGS_KNOWN), (3, 0.0)])
def test_a_few_words_are_told_or_not_but_never_wrong(words: int, floor: float) -> None:
    share, wrong = known(words)
    assert (share >= floor, wrong) == (True, []), share


@pytest.mark.parametrize("text", NO_LANGUAGE)
def test_what_is_in_no_language_is_not_guessed(text: str) -> None:
    assert detect_language(text) == ""


def test_links_and_names_do_not_count() -> None:
    german = SENTENCES["de"][0]
    assert (
        detect_language(f"@the_english_shop https://the-english-shop.example/and/this/is/it #andthis {german}") == "de"
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("no", "Jeg tror at klokken i tårnet går for sakte når det regner."),
        ("no", "Klokken slår igjen hver time, og ingen vet hvem som reparerte den."),
        ("hr", "Sat na tornju opet kasni kad pada kiša."),
        ("hr", "Jučer smo popravili sat i sada opet zvoni svaki sat."),
    ],
)
def test_a_sentence_of_near_languages_may_be_left_open_but_is_not_told_wrong(language: str, text: str) -> None:
    assert detect_language(text) in ("", language)
