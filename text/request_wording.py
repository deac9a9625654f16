"""How people ask for what the author wrote: the wording of requests, in the author's language where it is known.

Training examples ask so, and what the API asks of a twin must sound alike. To add a language: one entry of `WORDINGS`.
In any other, requests are in English.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """Forms of each kind of request, the plainest first; for a training example one is chosen by hash."""

    titled: tuple[str, ...]  # {title}
    untitled: tuple[str, ...]
    short: tuple[str, ...]
    topics: tuple[str, ...]  # {topics}: "X, Y and Z"
    part: tuple[str, ...]  # {topics}: a paragraph or two, not a whole post
    notes: tuple[str, ...]  # {notes}: a line each
    section: tuple[str, ...]  # {heading}, {title}
    untitled_section: tuple[str, ...]  # {heading}
    continued: tuple[str, ...]  # {context}
    rewrite: tuple[str, ...]  # {plain}
    about: tuple[str, ...]  # {topic}: a few words, inside a sentence
    titled_question: tuple[str, ...]  # {title}
    conjunction: str


WORDINGS = {
    "en": Wording(
        titled=("Write a post titled “{title}”.", "Write a post called “{title}”.", "Write the post “{title}”."),
        untitled=("Write a post.", "Write a new post."),
        short=("Write a short post.", "Write a post of a few lines.", "Write something short."),
        topics=("Write a post about {topics}.", "Write something about {topics}.", "A post about {topics}, please."),
        part=(
            "Write a few lines about {topics}.",
            "Write a paragraph about {topics}.",
            "A few words about {topics}, please.",
        ),
        notes=(
            "Turn these notes into a post:\n\n{notes}",
            "Write a post from these notes:\n\n{notes}",
            "Here are my notes. Make a post of them.\n\n{notes}",
        ),
        section=(
            "Write the section “{heading}” of the post “{title}”.",
            "Write a section called “{heading}” for a post titled “{title}”.",
        ),
        untitled_section=("Write a section called “{heading}”.",),
        continued=(
            "Continue this post:\n\n{context}",
            "Go on from here:\n\n{context}",
            "What comes next?\n\n{context}",
        ),
        rewrite=(
            "Rewrite this in your own words:\n\n{plain}",
            "Rewrite this in your voice:\n\n{plain}",
            "Say this the way you would:\n\n{plain}",
        ),
        about=(
            "What did you write about {topic}?",
            "Tell me about {topic}.",
            "What do you say about {topic}?",
            "What can you tell me about {topic}?",
            "What about {topic}?",
            "What do you think of {topic}?",
        ),
        titled_question=(
            "What did you write in “{title}”?",
            "What do you say in “{title}”?",
            "Tell me about “{title}”.",
            "What is “{title}” about?",
        ),
        conjunction="and",
    ),
    "de": Wording(
        titled=("Schreib einen Beitrag mit dem Titel „{title}“.", "Schreib den Beitrag „{title}“."),
        untitled=("Schreib einen Beitrag.", "Schreib einen neuen Beitrag."),
        short=("Schreib einen kurzen Beitrag.", "Schreib etwas Kurzes."),
        topics=("Schreib einen Beitrag zu diesen Stichworten: {topics}.", "Schreib etwas über: {topics}."),
        part=("Schreib einen Absatz zu diesen Stichworten: {topics}.", "Schreib ein paar Zeilen über: {topics}."),
        notes=("Mach aus diesen Notizen einen Beitrag:\n\n{notes}", "Hier sind meine Notizen:\n\n{notes}"),
        section=("Schreib den Abschnitt „{heading}“ des Beitrags „{title}“.",),
        untitled_section=("Schreib einen Abschnitt mit der Überschrift „{heading}“.",),
        continued=("Schreib weiter:\n\n{context}", "Wie geht es weiter?\n\n{context}"),
        rewrite=("Schreib das in deinen eigenen Worten:\n\n{plain}", "Sag das so, wie du es sagen würdest:\n\n{plain}"),
        about=(
            "Was schreibst du zum Stichwort „{topic}“?",
            "Was sagst du zu „{topic}“?",
            "Was hältst du von „{topic}“?",
        ),
        titled_question=("Was steht in „{title}“?", "Worum geht es in „{title}“?"),
        conjunction="und",
    ),
    "fr": Wording(
        titled=("Écris un billet intitulé « {title} ».", "Écris le billet « {title} »."),
        untitled=("Écris un billet.", "Écris un nouveau billet."),
        short=("Écris un court billet.", "Écris quelques lignes."),
        topics=("Écris un billet à partir de ces mots-clés : {topics}.", "Écris quelque chose sur : {topics}."),
        part=("Écris un paragraphe à partir de ces mots-clés : {topics}.", "Écris quelques lignes sur : {topics}."),
        notes=("Fais un billet de ces notes :\n\n{notes}", "Voici mes notes :\n\n{notes}"),
        section=("Écris la section « {heading} » du billet « {title} ».",),
        untitled_section=("Écris une section intitulée « {heading} ».",),
        continued=("Continue ce billet :\n\n{context}", "Et la suite ?\n\n{context}"),
        rewrite=("Récris ceci à ta façon :\n\n{plain}", "Dis ceci avec tes propres mots :\n\n{plain}"),
        about=(
            "Qu’as-tu écrit au sujet de « {topic} » ?",
            "Que dis-tu de « {topic} » ?",
            "Que penses-tu de « {topic} » ?",
        ),
        titled_question=("De quoi parle « {title} » ?", "Qu’as-tu écrit dans « {title} » ?"),
        conjunction="et",
    ),
    "es": Wording(
        titled=("Escribe una entrada titulada «{title}».", "Escribe la entrada «{title}»."),
        untitled=("Escribe una entrada.", "Escribe una entrada nueva."),
        short=("Escribe una entrada corta.", "Escribe unas líneas."),
        topics=("Escribe una entrada sobre estos temas: {topics}.", "Escribe algo sobre: {topics}."),
        part=("Escribe un párrafo sobre estos temas: {topics}.", "Escribe unas líneas sobre: {topics}."),
        notes=("Convierte estas notas en una entrada:\n\n{notes}", "Estas son mis notas:\n\n{notes}"),
        section=("Escribe la sección «{heading}» de la entrada «{title}».",),
        untitled_section=("Escribe una sección titulada «{heading}».",),
        continued=("Continúa esta entrada:\n\n{context}", "¿Cómo sigue?\n\n{context}"),
        rewrite=("Reescribe esto a tu manera:\n\n{plain}", "Dilo con tus propias palabras:\n\n{plain}"),
        about=("¿Qué escribiste sobre «{topic}»?", "¿Qué dices de «{topic}»?", "¿Qué opinas de «{topic}»?"),
        titled_question=("¿De qué trata «{title}»?", "¿Qué cuentas en «{title}»?"),
        conjunction="y",
    ),
    "pt": Wording(
        titled=("Escreve um texto com o título «{title}».", "Escreve o texto «{title}»."),
        untitled=("Escreve um texto.", "Escreve um texto novo."),
        short=("Escreve um texto curto.", "Escreve algumas linhas."),
        topics=("Escreve um texto sobre estes temas: {topics}.", "Escreve algo sobre: {topics}."),
        part=("Escreve um parágrafo sobre estes temas: {topics}.", "Escreve algumas linhas sobre: {topics}."),
        notes=("Faz um texto destas notas:\n\n{notes}", "Aqui estão as minhas notas:\n\n{notes}"),
        section=("Escreve a secção «{heading}» do texto «{title}».",),
        untitled_section=("Escreve uma secção com o título «{heading}».",),
        continued=("Continua este texto:\n\n{context}", "Como continua?\n\n{context}"),
        rewrite=("Reescreve isto à tua maneira:\n\n{plain}", "Diz isto por palavras tuas:\n\n{plain}"),
        about=("O que escreveste sobre «{topic}»?", "O que dizes de «{topic}»?", "O que pensas de «{topic}»?"),
        titled_question=("De que trata «{title}»?", "O que escreveste em «{title}»?"),
        conjunction="e",
    ),
    "it": Wording(
        titled=("Scrivi un articolo intitolato «{title}».", "Scrivi l’articolo «{title}»."),
        untitled=("Scrivi un articolo.", "Scrivi un nuovo articolo."),
        short=("Scrivi qualcosa di breve.", "Scrivi qualche riga."),
        topics=("Scrivi un articolo su questi temi: {topics}.", "Scrivi qualcosa su: {topics}."),
        part=("Scrivi un paragrafo su questi temi: {topics}.", "Scrivi qualche riga su: {topics}."),
        notes=("Fai di questi appunti un articolo:\n\n{notes}", "Ecco i miei appunti:\n\n{notes}"),
        section=("Scrivi la sezione «{heading}» dell’articolo «{title}».",),
        untitled_section=("Scrivi una sezione intitolata «{heading}».",),
        continued=("Continua questo articolo:\n\n{context}", "E poi?\n\n{context}"),
        rewrite=("Riscrivi questo a modo tuo:\n\n{plain}", "Dillo con parole tue:\n\n{plain}"),
        about=("Che cosa hai scritto su «{topic}»?", "Che cosa dici di «{topic}»?", "Che cosa pensi di «{topic}»?"),
        titled_question=("Di che cosa parla «{title}»?", "Che cosa hai scritto in «{title}»?"),
        conjunction="e",
    ),
    "nl": Wording(
        titled=("Schrijf een stuk met de titel “{title}”.", "Schrijf het stuk “{title}”."),
        untitled=("Schrijf een stuk.", "Schrijf een nieuw stuk."),
        short=("Schrijf een kort stuk.", "Schrijf een paar regels."),
        topics=("Schrijf een stuk over: {topics}.", "Schrijf iets met deze trefwoorden: {topics}."),
        part=("Schrijf een alinea over: {topics}.", "Schrijf een paar regels over: {topics}."),
        notes=("Maak van deze notities een stuk:\n\n{notes}", "Hier zijn mijn notities:\n\n{notes}"),
        section=("Schrijf het deel “{heading}” van het stuk “{title}”.",),
        untitled_section=("Schrijf een deel met de kop “{heading}”.",),
        continued=("Ga verder:\n\n{context}", "Hoe gaat het verder?\n\n{context}"),
        rewrite=("Herschrijf dit op jouw manier:\n\n{plain}", "Zeg dit in je eigen woorden:\n\n{plain}"),
        about=("Wat heb je geschreven over “{topic}”?", "Wat zeg je over “{topic}”?", "Wat vind je van “{topic}”?"),
        titled_question=("Waar gaat “{title}” over?", "Wat heb je geschreven in “{title}”?"),
        conjunction="en",
    ),
    "zh": Wording(
        titled=("写一篇题为“{title}”的文章。", "写一写“{title}”。"),
        untitled=("写一篇文章。", "再写一篇新的文章。"),
        short=("写一段短文。", "写几句话。"),
        topics=("围绕这些内容写一篇文章：{topics}。", "写点什么，关于{topics}。"),
        part=("围绕这些内容写一段话：{topics}。", "写几行，关于{topics}。"),
        notes=("把这些笔记写成一篇文章：\n\n{notes}", "这是我的笔记，请写成文章。\n\n{notes}"),
        section=("写文章“{title}”里“{heading}”这一节。",),
        untitled_section=("写一节，标题是“{heading}”。",),
        continued=("接着写下去：\n\n{context}", "后面怎么写？\n\n{context}"),
        rewrite=("用你自己的话重写：\n\n{plain}", "换成你的口吻来写：\n\n{plain}"),
        about=("关于“{topic}”你写过什么？", "说说“{topic}”。", "你怎么看“{topic}”？"),
        titled_question=("“{title}”写的是什么？", "你在“{title}”里写了什么？"),
        conjunction="和",
    ),
    "ja": Wording(
        titled=("「{title}」という題で文章を書いて。", "「{title}」を書いて。"),
        untitled=("文章を書いて。", "新しい文章を書いて。"),
        short=("短い文章を書いて。", "何行か書いて。"),
        topics=("次のことについて文章を書いて：{topics}", "{topics}について何か書いて。"),
        part=("次のことについて一段落書いて：{topics}", "{topics}について何行か書いて。"),
        notes=("このメモを文章にして：\n\n{notes}", "私のメモです。文章にして。\n\n{notes}"),
        section=("「{title}」の「{heading}」の節を書いて。",),
        untitled_section=("「{heading}」という見出しの節を書いて。",),
        continued=("この続きを書いて：\n\n{context}", "この後はどうなる？\n\n{context}"),
        rewrite=("自分の言葉で書き直して：\n\n{plain}", "あなたの書き方で言い直して：\n\n{plain}"),
        about=("「{topic}」について何を書いた？", "「{topic}」について教えて。", "「{topic}」をどう思う？"),
        titled_question=("「{title}」は何についての文章？", "「{title}」に何を書いた？"),
        conjunction="と",
    ),
}

# Questions that rules make of English sentences; {topic} and {name} stand inside a sentence
ENGLISH_OPINIONS = (
    "What do you think of {topic}?",
    "What do you think about {topic}?",
    "How do you feel about {topic}?",
    "Do you like {topic}?",
    "What is your opinion of {topic}?",
)
ENGLISH_PAST_OPINIONS = ("What did you think of {topic}?", "How was {topic}?", "Did you like {topic}?")
ENGLISH_INTRODUCTIONS = ("Who is {name}?", "Who is {name}?", "Who's {name}?", "Tell me about {name}.")


def wording(language: str) -> Wording:
    return WORDINGS.get(language, WORDINGS["en"])


def listed(items: Sequence[str], conjunction: str) -> str:
    """X; X and Y; X, Y and Z."""
    *most, last = items
    return f"{', '.join(most)} {conjunction} {last}" if most else last
