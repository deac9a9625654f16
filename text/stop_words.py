"""The commonest words of some languages: they say nothing of what a text is about.

`NOUN_FOLLOWS` are those of them after which a noun, or the words before a noun, are to be expected.
"""

from collections.abc import Mapping

COMMONEST = {
    "en": "the of and to in is that it was for on are with as be at this have from by not but what all were when we "
    "there can an your which their if will each about how up out them then she he they my i you had his",
    "es": "de la que el en y los se del las un por con no una su para es al lo como más pero sus le ya o este sí "
    "porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos yo ser fue era son está "
    "todos todas cada otro otra otros mismo así aquí ahora después antes nada algo bien solo vez mucho tan ha he",
    "fr": "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont avec ou mais "
    "comme elle nous vous je leur été cette ces aux être fait à j'ai c'est d'un qu'il on ils elles tout tous toute "
    "bien très même aussi encore déjà puis alors chaque autre autres sans sous avant après rien peu où si était",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er "
    "hat dass sie nach wird bei einer um am sind noch wie einem über ich war aber nur oder wir man dann wenn schon "
    "sehr so mehr immer wieder hier da doch alle alles jeder jede jedes nichts etwas andere anderen vor durch ohne",
    "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua ou "
    "quando muito nos já eu também só pelo pela até isso ela entre depois sem mesmo aos é foi era são está todo toda "
    "todos cada outro outra nada algo bem vez assim aqui agora antes ainda sobre",
    "it": "di che è e la il un a per in una mi sono ho non ma lo ha le si ti i con cosa se io come da ci no questo "
    "qui hai sei del bene tu al della nel più gli anche alla dei delle perché era ogni altro altra altri tutto tutti "
    "molto poi ancora già niente solo così dove quando prima dopo senza sul sulla dal dalla nella",
    "nl": "de het een en van ik te dat die in je is niet op aan met als voor er maar om dan zou of wat mijn men dit "
    "zo door over ze zich bij ook tot uit naar kan nog wel geen heb was hij we elke ander andere alles niets iets "
    "zeer al toch hier daar toen nu na zonder onder tussen heeft had zijn waren wordt",
}
# English words that are as empty where topics are named: verbs of every kind of telling, and nouns of every kind.
EMPTY_ENGLISH = (
    "a or twice thrice so do does did done am been being has having would could should may might must shall cannot me "
    "us him her its our hers mine yours ours theirs myself yourself himself herself itself ourselves themselves who "
    "whom whose where why these those some any no none nor only own same than too very just also even still yet again "
    "once ever never always often sometimes usually already almost quite rather really actually basically simply "
    "probably perhaps maybe however though although because since until while unless whether either neither both few "
    "many much more most less least several enough another other others such here now today yesterday tomorrow before "
    "after above below between into onto through during over under off down across along around behind beside besides "
    "beyond near toward towards upon within without against among via per thus hence therefore anyway else instead "
    "indeed like unlike well back away together apart first second third last next later earlier soon ago long little "
    "lot lots bit kind sort one two three four five six seven eight nine ten half every everything everyone everybody "
    "something someone somebody anything anyone anybody nothing nobody way ways thing things stuff time times day "
    "days week weeks month months year years hour hours minute minutes moment people person man men part parts place "
    "end case point fact example reason number amount side whole rest matter idea ones name post posts article blog "
    "good great nice bad better best worse worst new old big small large right wrong sure able true real different "
    "certain full easy hard possible important main various interesting early late high low free ready clear common "
    "i'm i've i'd i'll it's that's don't can't be get gets got gotten getting go goes went gone going come comes came "
    "coming make makes made making take takes took taken taking give gives gave given giving see sees saw seen seeing "
    "look looks looked looking find finds found finding know knows knew known knowing think thinks thought thinking "
    "say says said saying tell tells told telling ask asks asked asking want wants wanted wanting need needs needed "
    "needing use uses used using try tries tried trying keep keeps kept keeping let lets letting put puts putting set "
    "sets setting seem seems seemed feel feels felt feeling become becomes became leave leaves left leaving begin "
    "begins began begun beginning start starts started starting stop stops stopped happen happens happened happening "
    "show shows showed shown showing mean means meant turn turns turned run runs ran running work works worked "
    "working called calling move moves moved bring brings brought hold holds held stand stands stood sit sits sat "
    "send sends sent buy buys bought sell sells sold pay pays paid read reads write writes wrote written hear hears "
    "heard meet meets met lose loses lost win won built break broke broken fall falls fell grow grew grown speak "
    "spoke spend spent learn learnt understand understood choose chose chosen follow follows followed add adds added "
    "help helps helped talk talks talked believe believes believed remember remembers remembered consider considers "
    "considered require requires required allow allows allowed include includes included including provide provides "
    "provided create creates created appear appears appeared expect expects expected hope hopes hoped wish wishes "
    "love loves loved liked likes guess suppose supposed decide decided realize realized realise realised notice "
    "noticed mention mentioned wonder wondered following cost costs eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand "
    "thousands million millions dozen past quarter minus plus morning afternoon evening night tonight weekend monday "
    "tuesday wednesday thursday friday saturday sunday january february march april june july august september "
    "october november december detail details previous simple complete whichever whatever whoever wherever whenever "
    "despite except whereas avoid satisfy contain contains assume assumes interact calculate calculates drop drops "
    "return returns wait waits yes okay oh hey please thanks thank welcome lol etc hath doth thee thou thy shew "
    "thence hither thither whence noon anon betimes midnight drank ate slept drove flew swam rose woke"
)
# English nouns that say something beside another word ("command line"), and nothing alone.
VAGUE = (
    "command line list response problem process solution value system step code result approach feature question "
    "answer issue version project page link section option change user file function method class type item set group "
    "form level order piece place situation state task test tool use view word work build run call request range "
    "search source text topic term title subject choice chance effect effort experience information input output area "
    "account attempt beginning end hint start help look need note plan power purpose role rule sense share size story "
    "support table team thought understanding usage variety aspect author bottom top middle company data default "
    "difference error image message model object parameter property setting string structure variable feeling mark "
    "hand eye head mind door home room house wife mother father series report bit example cause decision discussion "
    "event figure future past present history interest kind opinion opportunity principle entry detail intention "
    "uniform intelligent limit"
)
NOUN_FOLLOWS = {
    "en": "the a an my his her our their your its this these those some any no every each of in on at by with from "
    "about for into over under between through near against and or two three four five six seven eight nine ten more "
    "many other another new old big small little good great",
    "es": "el la los las un una mi su de del al en con por para sin sobre este esta y",
    "fr": "le la les un une des du de au aux mon ma mes son sa ses ce cette ces en dans avec sur pour par et",
    "de": "der die das den dem des ein eine einen einem einer eines im am vom zum zur mit von für auf aus über und",
    "pt": "o a os as um uma de do da dos das no na em com por para meu minha seu sua este esta e",
    "it": "il lo la i gli le un una di del della dei delle al alla nel con per mio mia suo sua questo questa e",
    "nl": "de het een van in op met voor bij uit naar mijn zijn haar onze dit dat deze en",
}


def _sets(texts: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {language: frozenset(text.split()) for language, text in texts.items()}


STOP_WORDS_OF = _sets(COMMONEST | {"en": f"{COMMONEST['en']} {EMPTY_ENGLISH}"})
NOUN_FOLLOWS_OF = _sets(NOUN_FOLLOWS)
STOP_WORDS = frozenset(word for text in COMMONEST.values() for word in text.split())  # of an unknown language
VAGUE_ALONE = frozenset(VAGUE.split())
