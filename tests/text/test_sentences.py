import pytest
from hypothesis import given
from hypothesis import strategies as st

from text.sentences import cut_after_sentences, ends_sentence, passages, sentences
from text.words import count_words


@pytest.mark.parametrize(
    "text",
    [  # "|" stands at the end of each sentence
        "One.| Two!| Three?!| And…| So...",
        'He said "no."| Then he left.| (It was late.)| *Truly.*| She asked “Really?” and sat.| “Go!” he cried.',
        "Mr. Osgood came to St. Paul’s, vs. Prof. Lee.| It cost £6.40 of 1,000.50 today.",
        "J. R. R. Tolkien of the U.S. Army, e.g. him, i.e. it.| So did I.| In the U.S.| They do.| Plan B.| It works.",
        "Eggs, etc. and milk.| Eggs, etc.| Then go at 5 p.m. sharp.| See No. 5, p. 12, of Jan. 3.| No.| Yes.",
        "i went home.| then i slept... and woke.| done!",
        "See https://example.org/a.b?q=1.| Version 2.0.1 of node.js is out.",
        "1. Buy milk.| It is cheap.|\n2. Go home|\n- item one.|\n* item two|\n\n## 3. Heading",
        "A footnote.[^1]| Another.²| The end",
        "Das war z. B. am 3. Mai, d. h. vor dem 19. Jahrhundert usw. und so.| „Ja.“| Ca. 20 v. Chr. war es.| Dann.",
        "M. Dupont et Mme. Curie.| « Oui. »| Puis, p. ex. ceci !| « Oui\u00a0! »| Et alors ?",
        "La Sra. López, p. ej., vino.| ¿Qué pasa?| ¡Nada!| P. ej. esto.",
        "Das gilt bzgl. Lärm, u. U. auch nachts, m. E. zu Recht.| Inkl. 3 Tage usf.| Gut.",
        "Det kostar ca. 40 kronor, t.ex. här, bl. a. i dag osv.| Sedan gick vi.| Det er dyrt, f.eks. her.| Ja.",
        "Było po północy, np. Zosia, m.in. Jan.| Ul. Długa itd.| Mgr. Nowak przyszedł.| Viděl jsem např. Brno.",
        "O Exmo. Sr. Silva chegou.| Ver pág. 12 e núm. 3.| A Sta. Clara fica ao lado.| Esim. Helsinki.",
        "Dat is m.a.w. duur, o.a. hier.| Melk, brood enz.| Örn. İzmir güzel.| Av. Demir geldi.",
        "Он родился в 1999 г. в Москве, т. е. давно.| А. С. Пушкин писал.| Ул. Ленина, д. 5.| Всё!",
        "猫は魚を食べる。|犬は寝る。|「どうして？」と彼は言った。|すごい!|次は「はい。」|飲む…それから寝た。",
        "我今天去了商店。|我很高兴！|“你好。”|他买了3.14公斤……然后走了？",
        "هل تعرف؟| نعم.| وقال: «حسنا.»| ثم عاد.",
        "یہ جملہ ہے۔| دوسرا ہے۔| मैं घर गया।| वह आया॥| क्या?",
        "ฉันไปตลาด| แล้วกลับบ้าน| เด็ก ๆ วิ่งเล่น 3 ตัว",
        "Սա է։| Երկրորդը։| ይህ ነው።| ሁለተኛ።| မြန်မာ။| ဒုတိယ။| ខ្មែរ។| Τι κάνεις;| Καλά.",
        "고양이는 생선을 먹는다.| 정말?| 네.",
    ],
)
def test_sentences(text: str) -> None:
    whole = text.replace("|", "")
    assert [whole[start:end] for start, end in sentences(whole)] == [part.strip() for part in text.split("|")]


def test_a_line_ends_a_sentence_unless_it_was_only_wrapped() -> None:
    long = "a line that some editor has broken where the margin of the window was"
    assert len(list(sentences(f"{long}\nand on it goes"))) == 1
    assert len(list(sentences(f"{long}\n- an item"))) == 2
    assert len(list(sentences(f"{long}\n\nAnother paragraph"))) == 2
    assert len(list(sentences("short\nverse"))) == 2


@pytest.mark.parametrize("text", ["", "  \n ", "\n\n"])
def test_space_holds_no_sentence(text: str) -> None:
    assert list(sentences(text)) == []


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("So.", True),
        ("“So?” ", True),
        ("はい。」", True),
        ("So: ", False),
        ("3.14", False),
        ("क्या।", True),
        ("", False),
    ],
)
def test_a_text_that_ends_with_a_mark_ends_a_sentence(text: str, ends: bool) -> None:
    assert ends_sentence(text) is ends


@given(st.text(max_size=400) | st.text(alphabet='aA1 .!?…\n"”」。ก', max_size=80))
def test_sentences_and_passages_lose_nothing(text: str) -> None:
    spans = list(sentences(text))
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert "".join("".join(text[start:end] for start, end in spans).split()) == "".join(text.split())
    assert "".join(cut_after_sentences(text)) == text
    pieces = list(passages(text, words=5))
    assert all(count_words(piece) for piece in pieces)
    if count_words(text):
        assert "".join("".join(pieces).split()).startswith("".join(pieces[0].split()))
