"""What a twin says without the author's words: who it is, and that nothing was written. In the question's language.

To add a language: one entry of `REPLIES`. In any other the replies are in English.
"""

from dataclasses import dataclass

from text.language import detect_language
from text.terms import languages_of


@dataclass(frozen=True, slots=True)
class Replies:
    """{name}: the author's."""

    itself: str
    topics: str  # before titles of posts
    greeting: str
    thanks: str
    nothing: str
    nearest: str  # before what comes nearest, where nothing answers
    free: str  # below a text that rests on no post


REPLIES = {
    "en": Replies(
        itself="I am the writing twin of {name}: a machine that learned from the posts, not {name} in person. Ask "
        "me what the posts say, and I answer in the author’s own words and name the post. I can also write "
        "a short text in that voice.",
        topics="I am the writing twin of {name}, a machine that learned from the posts. Some of them:",
        greeting="Hello. I am the writing twin of {name}, a machine that learned from the posts. What would you like"
        " to know?",
        thanks="You are welcome.",
        nothing="I have not written about that.",
        nearest="I have not written about exactly that. The nearest I have:",
        free="(Written freely: no post of mine is about this.)",
    ),
    "de": Replies(
        itself="Ich bin der Schreib-Zwilling von {name}: eine Maschine, die aus den Beiträgen gelernt hat, nicht "
        "{name} selbst. Frag mich, was in den Beiträgen steht, und ich antworte mit den eigenen Worten "
        "daraus und nenne den Beitrag. Ich kann auch einen kurzen Text in dieser Art schreiben.",
        topics="Ich bin der Schreib-Zwilling von {name}, eine Maschine, die aus den Beiträgen gelernt hat. Einige "
        "davon:",
        greeting="Hallo. Ich bin der Schreib-Zwilling von {name}, eine Maschine, die aus den Beiträgen gelernt hat. "
        "Was möchtest du wissen?",
        thanks="Gern geschehen.",
        nothing="Darüber habe ich nichts geschrieben.",
        nearest="Genau darüber habe ich nichts geschrieben. Am nächsten kommt:",
        free="(Frei geschrieben: keiner meiner Beiträge handelt davon.)",
    ),
    "fr": Replies(
        itself="Je suis le double d’écriture de {name} : une machine qui a appris de ses billets, et non {name} en"
        " personne. Demande-moi ce que disent les billets, et je réponds avec leurs propres mots en nommant"
        " le billet. Je peux aussi écrire un court texte dans ce style.",
        topics="Je suis le double d’écriture de {name}, une machine qui a appris de ses billets. En voici "
        "quelques-uns :",
        greeting="Bonjour. Je suis le double d’écriture de {name}, une machine qui a appris de ses billets. Que "
        "voudrais-tu savoir ?",
        thanks="Je t’en prie.",
        nothing="Je n’ai rien écrit à ce sujet.",
        nearest="Je n’ai rien écrit exactement à ce sujet. Le plus proche :",
        free="(Écrit librement : aucun de mes billets n’en parle.)",
    ),
    "es": Replies(
        itself="Soy el gemelo de escritura de {name}: una máquina que aprendió de sus entradas, no {name} en "
        "persona. Pregúntame qué dicen las entradas y respondo con sus propias palabras y nombro la "
        "entrada. También puedo escribir un texto corto en ese estilo.",
        topics="Soy el gemelo de escritura de {name}, una máquina que aprendió de sus entradas. Algunas de ellas:",
        greeting="Hola. Soy el gemelo de escritura de {name}, una máquina que aprendió de sus entradas. ¿Qué quieres"
        " saber?",
        thanks="De nada.",
        nothing="No he escrito sobre eso.",
        nearest="No he escrito exactamente sobre eso. Lo más cercano:",
        free="(Escrito libremente: ninguna entrada mía trata de esto.)",
    ),
    "pt": Replies(
        itself="Sou o gémeo de escrita de {name}: uma máquina que aprendeu com os seus textos, não {name} em "
        "pessoa. Pergunta-me o que dizem os textos e respondo com as suas próprias palavras e digo de que "
        "texto são. Também posso escrever um texto curto nesse estilo.",
        topics="Sou o gémeo de escrita de {name}, uma máquina que aprendeu com os seus textos. Alguns deles:",
        greeting="Olá. Sou o gémeo de escrita de {name}, uma máquina que aprendeu com os seus textos. O que queres "
        "saber?",
        thanks="De nada.",
        nothing="Não escrevi sobre isso.",
        nearest="Não escrevi exatamente sobre isso. O mais próximo:",
        free="(Escrito livremente: nenhum texto meu fala disto.)",
    ),
    "it": Replies(
        itself="Sono il gemello di scrittura di {name}: una macchina che ha imparato dai suoi articoli, non {name}"
        " in persona. Chiedimi che cosa dicono gli articoli e rispondo con le loro stesse parole, indicando"
        " l’articolo. Posso anche scrivere un breve testo in quello stile.",
        topics="Sono il gemello di scrittura di {name}, una macchina che ha imparato dai suoi articoli. Eccone alcuni:",
        greeting="Ciao. Sono il gemello di scrittura di {name}, una macchina che ha imparato dai suoi articoli. Che "
        "cosa vuoi sapere?",
        thanks="Prego.",
        nothing="Non ne ho scritto.",
        nearest="Non ho scritto proprio di questo. La cosa più vicina:",
        free="(Scritto liberamente: nessun mio articolo ne parla.)",
    ),
    "nl": Replies(
        itself="Ik ben de schrijftweeling van {name}: een machine die van de stukken heeft geleerd, niet {name} "
        "zelf. Vraag me wat er in de stukken staat, en ik antwoord met hun eigen woorden en noem het stuk. "
        "Ik kan ook een korte tekst in die stijl schrijven.",
        topics="Ik ben de schrijftweeling van {name}, een machine die van de stukken heeft geleerd. Enkele ervan:",
        greeting="Hallo. Ik ben de schrijftweeling van {name}, een machine die van de stukken heeft geleerd. Wat wil"
        " je weten?",
        thanks="Graag gedaan.",
        nothing="Daar heb ik niet over geschreven.",
        nearest="Daar heb ik niet precies over geschreven. Het dichtst in de buurt komt:",
        free="(Vrij geschreven: geen van mijn stukken gaat hierover.)",
    ),
}


def replies(asked: str) -> Replies:
    """In the language of `asked`, where it is told and known."""
    language = detect_language(asked) or next(iter(sorted(languages_of(asked))), "")
    return REPLIES.get(language, REPLIES["en"])
