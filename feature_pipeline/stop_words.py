"""The commonest words of some languages: they say nothing of what a text is about."""

COMMONEST = {
    "en": "the of and to in is that it was for on are with as be at this have from by not but what all were when we "
    "there can an your which their if will each about how up out them then she he they my i you had his",
    "es": "de la que el en y los se del las un por con no una su para es al lo como más pero sus le ya o este sí "
    "porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos yo",
    "fr": "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont avec ou mais "
    "comme elle nous vous je leur été cette ces aux être fait à j'ai c'est d'un qu'il",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er "
    "hat dass sie nach wird bei einer um am sind noch wie einem über ich war aber nur oder wir",
    "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua ou "
    "quando muito nos já eu também só pelo pela até isso ela entre depois sem mesmo aos",
    "it": "di che è e la il un a per in una mi sono ho non ma lo ha le si ti i con cosa se io come da ci no questo "
    "qui hai sei del bene tu al della nel più gli anche alla dei delle perché",
    "nl": "de het een en van ik te dat die in je is niet op aan met als voor er maar om dan zou of wat mijn men dit "
    "zo door over ze zich bij ook tot uit naar kan nog wel geen heb was hij we",
}
STOP_WORDS = frozenset(word for text in COMMONEST.values() for word in text.split())
