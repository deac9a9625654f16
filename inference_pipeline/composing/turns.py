"""What kind of turn a person's last message is, by its wording.

English is read closely; of the other languages that text/request_wording.py knows, the common forms. What is not
recognised is a question about the author's world, whose worst answer is that nothing was written about it.
"""

import re
from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from inference_pipeline.composing.write_request import QUOTED, Length, read_question, read_request
from text.words import count_words, folded_words


class Kind(StrEnum):
    QUESTION = "question"  # of fact or opinion, about the author's world
    WRITE = "write"  # something new on a topic
    REWRITE = "rewrite"  # a text that is given
    ITSELF = "itself"  # who or what answers
    TOPICS = "topics"  # what the posts are about
    GREETING = "greeting"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True)
class Turn:
    kind: Kind
    text: str  # of a question without a greeting before it and without how long the answer is to be
    topic: str = ""  # of a request to write: what is to be searched for
    addressed: bool = False  # a note, a letter: what was written to everybody is none
    length: Length | None = None  # that the text, or the answer, is asked to have


GREETING_WORDS = 4
GIVEN_WORDS = 6  # after a colon or a line's end from which a request brings its own text
HELLO = (
    r"(?:hi|hello|hey|yo|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|dear|hallo"
    r"|guten (?:tag|morgen|abend)"
    r"|servus|moin|bonjour|salut|bonsoir|hola|buenos d[ií]as|buenas(?: tardes| noches)?|ol[aá]|bom dia"
    r"|boa (?:tarde|noite)"
    r"|ciao|buongiorno|buonasera|salve|hoi|goede(?:morgen|middag|navond)|dag)"
)
SMALLTALK = re.compile(
    r"(?:(?:and )?how (?:are|r) (?:you|u)(?: doing| feeling)?(?: today| tonight| this \w+)?|how(?: i|')s (?:it going"
    r"|life|your day|everything)(?: today)?|how is it going|what(?: i|')s up|sup|how do you do|(?:it(?: i|')s )?"
    r"(?:nice|good|lovely|pleased|great) to (?:meet|see|talk to) you|(?:good ?)?bye|good ?night"
    r"|see you(?: later| soon)?"
    r"|wie geht(?:'?s| es)(?: dir| ihnen)?(?: heute)?|comment (?:ça|ca|vas|allez)[\w\- ]{0,12}|ça va"
    r"|(?:qu[eé] tal|c[oó]mo est[aá]s)|como (?:vai|est[aá]s?)|tudo bem|come (?:va|stai)|hoe gaat het(?: met je)?)"
)
PLEASED = r"(?:it(?: i|')s )?(?:nice|good|lovely|pleased|great) to (?:meet|see|talk to) you"
THANKS = re.compile(
    r"(?:(?:ok|okay|great|oh|cool|nice|perfect|wow) )*(?:thanks|thank you|thx|cheers|ta|many thanks)[\w ]{0,24}"
    r"|ok|okay|great|cool|nice|lol|haha|i see|danke[\w ]{0,12}|merci[\w ]{0,12}|gracias|obrigad[oa]"
    r"|grazie|bedankt|dank je"
)
MACHINE = (
    r"(?:real|human|robot|bot|chat ?bot|ai|a i|artificial intelligence|machine|computer|program|person|alive|conscious"
    r"|sentient|chatgpt|gpt|claude|llm|language model|twin|clone|fake|software|algorithm|assistant)"
)
ITSELF = re.compile(
    rf"""(?:so\ |and\ |but\ |ok\ |okay\ |tell\ me\ |please\ )*(?:
      who(?:'s|\ is)\ (?:this|there|it|that)(?:\ please)?
    | who(?:'s|\ is)\ (?P<whom>[\w'-]+(?:\ [\w'-]+)*)
    | (?:who|what)(?:(?:\ exactly)?\ are|'re)\ (?:you|u)(?:\ exactly|\ really|\ anyway|\ then|\ actually)?
    | (?:what|who)(?:\ is|\ was|'s|s)\ (?:you|your)\ (?:full\ |real\ |first\ |last\ )?name
    | what\ (?:are|were)\ you\ called | what\ (?:should|shall|can|do|may)\ (?:i|people|we|they)\ call\ you
    | (?:what\ is\ )?your\ (?:full\ )?name | do\ you\ have\ a\ name
    | (?:are|r|aren't|were)\ (?:you|u)\ (?:really\ |actually\ |just\ |even\ |only\ |truly\ |some\ kind\ of\ |still\ )*
      (?:an?\ |the\ )?(?:real\ |living\ |actual\ )?{MACHINE}\b.*
    | (?:are|r)\ (?:you|u)\ (?:really\ |actually\ |the\ real\ )*(?P<name>[\w'-]+(?:\ [\w'-]+)?)
    | (?:you're|you\ are|u\ r)\ (?:really\ |actually\ |just\ |not\ )*(?:an?\ |the\ )?{MACHINE}\b.*
    | (?:do|can)\ (?:you|u)\ (?:have|feel|think)(?:\ (?:real|any))*(?:\ (?:feelings|emotions|a\ body|consciousness))?
      (?:\ (?:for\ yourself|like\ a\ human))?
    | (?:did|does|do)\ (?:an?\ |the\ )?{MACHINE}\ (?:really\ )?(?:write|wrote|answer|say)\b.*
    | (?:am|are)\ (?:i|we)\ (?:really\ |actually\ )?(?:talking|speaking|chatting|writing)\ (?:to|with)\b.*
    | who\ am\ i\ (?:talking|speaking|chatting|writing)\ (?:to|with)
    | is\ (?:this|that|it)\ (?:really\ |actually\ |just\ |the\ real\ )*(?:an?\ )?(?:you|{MACHINE})\b.*
    | (?:introduce|describe|present)\ yourself | (?:something\ |a\ bit\ |a\ little\ |more\ )?about\ yourself
    | (?:can\ you\ |could\ you\ )?(?:tell\ me\ |say\ )(?:a\ bit\ |something\ |a\ little\ |more\ )*about\ yourself
    | what\ (?:can|could)\ (?:you|u)\ (?:do|help|tell|offer|answer)(?:\ me)?(?:\ for\ me)?(?:\ with)?(?:\ about)?
    | what\ (?:can|could|should|may|do)\ i\ ask\ you(?:\ about)?(?:\ here)? | how\ (?:can|could)\ you\ help(?:\ me)?
    | how\ do\ (?:you|u)\ work | how\ does\ this\ work | help(?:\ me)? | what\ is\ this
    | what(?:\ is|'s)\ your\ purpose | what\ do\ you\ know(?:\ about)?
    | who\ (?:made|built|created|trained|programmed|designed|wrote)\ you
    | how\ were\ you\ (?:made|built|created|trained|programmed) | what\ were\ you\ trained\ (?:on|with)
    | (?:what|which)\ (?:kind\ of\ |sort\ of\ )?(?:{MACHINE}|model)\ (?:are\ you|is\ this).*
    | wer\ bist\ du | wie\ hei(?:ß|ss)t\ du | was\ bist\ du
      | bist\ du\ (?:ein\ |eine\ )?(?:echt\w*|mensch|roboter|bot|ki|maschine)
    | was\ kannst\ du | stell\ dich\ vor | qui\ es(?:-|\ )tu | comment\ t'appelles(?:-|\ )tu | tu\ t'appelles\ comment
    | es(?:-|\ )tu\ (?:un\ |une\ )?(?:humain|robot|machine|ia) | que\ peux(?:-|\ )tu\ faire | présente-toi
    | quién\ eres | cómo\ te\ llamas | eres\ (?:un\ |una\ )?(?:humano|robot|máquina|ia) | qué\ puedes\ hacer
    | quem\ (?:és|é\ você) | como\ (?:te\ chamas|você\ se\ chama) | chi\ sei | come\ ti\ chiami
    | sei\ (?:un\ |una\ )?(?:umano|robot|macchina) | cosa\ (?:puoi|sai)\ fare | wie\ ben\ je | hoe\ heet\ je
    | ben\ je\ (?:een\ )?(?:mens|robot|machine) | wat\ kun\ je
    )(?:\ please|\ really|\ today|\ exactly|\ anyway)?""",
    re.VERBOSE,
)
TOPICS = re.compile(
    r"(?:so |and |but |ok |okay |tell me |please )*(?:"
    r"what(?: (?:topics|subjects|things|kinds? of things?|sorts? of things?))? (?:do|did|have|are) you"
    r"(?: usually| mostly| normally| generally| like to)?"
    r" (?:write|wrote|written|writing|blog|blogged|blogging|post|posted)"
    r"(?: posts?| articles?)?(?: mostly| usually)? (?:about|on)(?: here| lately| so far)?"
    r"|what (?:is|are|'s) (?:your|this|the) (?:blog|posts?|articles|writing|site|newsletter)"
    r" (?:mostly |usually )?(?:all )?about"
    r"|(?:which|what) (?:are )?(?:your )?(?:topics|subjects)(?: are there)?|(?:list )?your (?:topics|subjects)"
    r"|wor[üu]ber (?:schreibst du|hast du geschrieben)(?: so| meistens)?"
    r"|(?:de quoi parles(?: |-)tu|sur quoi écris(?: |-)tu|de quoi parlent tes (?:billets|articles))"
    r"|(?:sobre|de) qu[eé] (?:escribes|has escrito)|sobre o qu?e (?:é que )?(?:escreves|você escreve)"
    r"|di (?:che )?cosa scrivi|waar(?: schrijf je over|over schrijf je)"
    r")(?: please| really| exactly| here)?"
)
POLITE = (
    r"(?:please |pls |kindly |now |then |ok |okay |so |and |also |(?:can|could|would|will) (?:you"
    r"|u) (?:please |maybe )?"
    r"|i(?: want|'d like| would like| need) (?:you )?to |help me (?:to )?|let's |go ahead and |try to |just "
    r"|bitte |kannst du (?:bitte )?|peux tu |pourrais tu |puedes |por favor |podes |puoi |per favore |kun je )*"
)
WRITTEN = (
    r"(?:blog ?post|post|article|piece|entry|paragraph|note|letter|e ?mail|message|tweet|toot|thread|caption|poem|story"
    r"|essay|text|draft|newsletter|review|reply|headline|title|speech|section|diary entry|few (?:lines|words|sentences)"
    r"|line|sentence|something(?: short| new)?|lines|beitrag|text|billet|article|entrada|texto|articolo|stuk)"
)
WRITE = re.compile(
    rf"{POLITE}(?:(?:write|draft|compose|pen|jot down|scribble|blog|tweet|post|author|produce|generate)\b"
    rf"|(?:make|give|create|craft|do|prepare|whip up)\b(?: me| us)?(?: up)?(?: an?| the| some| one| another)?"
    rf"(?: [\w-]+){{0,2}}? {WRITTEN}\b|(?:an?|one|another) (?:[\w-]+ ){{0,2}}?{WRITTEN} (?:about|on|for"
    rf"|titled|called)\b"
    rf"|schreib(?:e|en sie)?\b|verfass\w*|écris\b|rédige\b|escribe\b|redacta\b|escreve\b|scrivi\b|schrijf\b)"
)
REWRITE = re.compile(
    rf"{POLITE}(?:rewrite|re-write|rephrase|reword|paraphrase|restyle|edit|improve|polish|shorten|expand|summari[sz]e"
    rf"|turn (?:this|these|the following|my)|say (?:this|that|it) (?:the way|as|like|in)|put (?:this|that"
    rf"|it) (?:in|into)"
    rf"|continue\b|go on from|what comes next|here are my notes|make (?:this|it) sound|convert"
    rf"|schreib das|schreib weiter|sag das|mach aus|hier sind|umschreib|récris|réécris|dis ceci|fais un|voici mes"
    rf"|continue ce|reescribe|dilo|convierte|estas son|continúa|reescreve|diz isto|faz um|aqui estão|riscrivi|dillo"
    rf"|fai di|ecco i|continua|herschrijf|zeg dit|maak van|hier zijn|ga verder)"
)
ADDRESSED = re.compile(
    r"\b(?:note|letter|e ?mail|message|reply|card|invitation|sign|speech|(?:telling|inviting|thanking|asking) \w+"
    r"|brief|nachricht|lettre|carta|lettera)\b"
)


def read_turn(message: str, author_name: str) -> Turn:
    """The kind of `message`, to the twin of `author_name`."""
    names = {name for name in folded_words(author_name) if len(name) > 1}
    spoken = " ".join(folded_words(message))
    called = "|".join(map(re.escape, ["there", "again", "all", "everybody", *sorted(names)]))
    rest = re.sub(rf"^(?:{HELLO}(?: (?:{called}))*(?: |$))+", "", spoken).strip()
    rest = re.sub(rf"^{PLEASED}(?: |$)", "", rest) or rest
    greeted = rest != spoken
    nameless = re.sub(rf"(?:(?: |^)(?:{called}))+$", "", rest)
    if not nameless or SMALLTALK.fullmatch(nameless):
        return Turn(Kind.GREETING, message)
    if THANKS.fullmatch(nameless):
        return Turn(Kind.THANKS, message)
    if any(TOPICS.fullmatch(form) for form in (rest, nameless)):
        return Turn(Kind.TOPICS, message)
    if any(_asks_for_itself(form, names) for form in (rest, nameless)):
        return Turn(Kind.ITSELF, message)
    if REWRITE.match(rest) and (brings_text(message) or QUOTED.search(message)):
        return Turn(Kind.REWRITE, message)
    if WRITE.match(rest):
        if brings_text(message):
            return Turn(Kind.REWRITE, message, read_request(message).topic)
        asked = read_request(message)
        addressed = ADDRESSED.search(rest) is not None
        return Turn(Kind.WRITE, message, asked.topic, addressed=addressed, length=asked.length)
    question, length = read_question(_without_greeting(message, greeted))
    return Turn(Kind.QUESTION, question, length=length)


def _asks_for_itself(spoken: str, names: Set[str]) -> bool:
    match = ITSELF.fullmatch(spoken)
    called = match and (match["name"] or match["whom"])
    return match is not None and (not called or set(called.split()) <= names)


def brings_text(message: str) -> bool:
    """Whether a text to work on stands below the request or after its colon."""
    _, separator, given = message.strip().partition("\n")
    if not separator:
        _, separator, given = message.partition(":")
    return bool(separator) and count_words(given) >= GIVEN_WORDS


def _without_greeting(message: str, greeted: bool) -> str:
    """A greeting before a question says nothing of what is asked."""
    for mark in (",", "!", ".", "\n", "–", "-") if greeted else ():
        head, separator, rest = message.partition(mark)
        if separator and rest.strip() and count_words(head) <= GREETING_WORDS:
            return rest.strip()
    return message
