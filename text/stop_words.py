"""Stop words of some languages: they say nothing of what a text is about. In Chinese and Japanese they are characters.

`NOUN_FOLLOWS` are those of them after which a noun, or the words before a noun, are to be expected.
"""

from collections.abc import Mapping

COMMONEST = {
    "en": "the of and to in is that it was for on are with as be at this have from by not but what all were when "
    "we there can an your which their if will each about how up out them then she he they my i you had his",
    "es": "de la que el en y los se del las un por con no una su para es al lo como más pero sus le ya o este sí "
    "porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos yo ser fue era "
    "son está todos todas cada otro otra otros mismo así aquí ahora después antes nada algo bien solo vez "
    "mucho tan ha he qué quién cuándo dónde cómo cuál",
    "fr": "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont avec ou "
    "mais comme elle nous vous je leur été cette ces aux être fait à j'ai c'est d'un qu'il on ils elles tout "
    "tous toute bien très même aussi encore déjà puis alors chaque autre autres sans sous avant après rien "
    "peu où si était quoi quel quelle quand comment pourquoi",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus "
    "er hat dass sie nach wird bei einer um am sind noch wie einem über ich war aber nur oder wir man dann "
    "wenn schon sehr so mehr immer wieder hier da doch alle alles jeder jede jedes nichts etwas andere "
    "anderen vor durch ohne was wer wo wann warum",
    "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua ou "
    "quando muito nos já eu também só pelo pela até isso ela entre depois sem mesmo aos é foi era são está "
    "todo toda todos cada outro outra nada algo bem vez assim aqui agora antes ainda sobre quem onde qual",
    "it": "di che è e la il un a per in una mi sono ho non ma lo ha le si ti i con cosa se io come da ci no questo "
    "qui hai sei del bene tu al della nel più gli anche alla dei delle perché era ogni altro altra altri "
    "tutto tutti molto poi ancora già niente solo così dove quando prima dopo senza sul sulla dal dalla "
    "nella chi qual quale",
    "nl": "de het een en van ik te dat die in je is niet op aan met als voor er maar om dan zou of wat mijn men "
    "dit zo door over ze zich bij ook tot uit naar kan nog wel geen heb was hij we elke ander andere alles "
    "niets iets zeer al toch hier daar toen nu na zonder onder tussen heeft had zijn waren wordt wie wanneer "
    "waarom hoe",
    "sv": "och i att det som en på är av för med den till inte om ett men har jag var så han de hon man vi du kan "
    "från när nu ska vad mig sig sin här hade alla eller efter bara mycket vid",
    "da": "og i at det er en til på som med for den de af ikke der et om har jeg var men han sig kan så vi fra hun "
    "du eller når nu skal hvad mig sin her havde alle efter kun meget ved",
    "pl": "i w na z że nie się do to jest jak o co ale po za od tak dla być już tylko jego jej przez był była było "
    "są mi ja ty on ona my wy oni ten ta te tego gdy lub oraz przy bardzo jeszcze",
    "tr": "ve bir bu da de için ile çok ne ben sen o biz siz onlar daha gibi kadar ama var yok en her mi ki olan "
    "olarak sonra şu ya hem diye değil ise",
    "ru": "и в не на что я с он а как это по но из у же за от так о к вы мы ты они она оно для бы до мне меня его "
    "её их был была было были есть или если когда только ещё уже все всё чтобы где кто чем при то да нет "
    "очень этот эта эти том там здесь",
    "el": "και το να του η ο της την τα με για που δεν είναι στο από θα τον των οι στη μια ένα ως αλλά ή αν όταν "
    "μου σου μας σας τι πολύ",
    "ar": "في من على إلى أن هذا هذه ذلك التي الذي ما لا لم لن هو هي هم أنا نحن أنت كان كانت قد عن مع أو ثم كل بعد "
    "قبل بين حتى إذا لكن و هل كيف ماذا متى أين لماذا",
    "hi": "के का की में है और को से यह हैं पर ने एक भी नहीं था थी थे कि जो तो हो वह मैं हम आप तुम इस उस या अब कर "
    "गया क्या कब कहाँ क्यों कैसे",
    "ko": "이 그 저 것 수 있다 없다 하다 그리고 그러나 하지만 나는 내가 너는 우리는 또 더 잘 안 못 왜 무엇 어디 "
    "언제 누가 어떻게",
    "zh": "的 了 是 在 我 你 他 她 它 们 这 那 不 也 就 都 和 与 有 很 还 着 过 吗 呢 吧 把 被 让 对 从 到 为 以 "
    "而 但 或 什 么 哪 谁 怎",
}
# Of languages whose commonest words would hide words of others, where a text says no language
COMMONEST_ELSEWHERE = {
    "no": "og i å det er en et til på som med for den de av ikke der om har jeg var men han seg kan så vi fra hun du "
    "eller når nå skal hva meg sin her hadde alle etter bare mye ved hvor hvorfor hvem hvordan noe noen også ble ei",
    "fi": "ja on ei se että oli ovat mutta kun niin tai myös hän minä sinä me te he joka jotka mitä mikä kuka missä "
    "miksi milloin miten ole olen olla olin ollut sitä sen tämä ne nyt jo vain kuin vielä sitten siellä täällä jos",
    "cs": "a v na se že je to s z do o k i ale jsem jsou byl byla bylo by po pro za jak co kde kdy kdo proč jeho její "
    "když nebo už jen ještě pak tak ten ta ty my já on ona oni není od u ve si mi mě která který které také",
    "hu": "a az és hogy nem is egy volt van de ez ezt azt meg már csak mint ha vagy mert el fel ki be még ő én te mi "
    "ti ők ami aki ahol mit miért hol mikor hogyan lesz nincs majd most itt ott után minden",
    "ro": "și în de la pe cu nu o un este e a să că din care pentru mai ce s-a au am fost era sunt ca dar sau dacă "
    "când unde cine cum după până lui ei el ea eu tu noi voi îl îi le al ale foarte doar aici acolo",
    "uk": "і в не на що я з він а як це по але із у же за від так о до ви ми ти вони вона воно для би мене його її їх "
    "був була було були є або якщо коли тільки ще вже все всі щоб де хто чому дуже цей ця ці тут там та",
}
# English words that carry no meaning of their own, beside the commonest: those of questions and requests among them.
ENGLISH = (
    "a above after again also although always am any anything ask because been before being below between both "
    "could describe did do does doing done down else ever every explain few get give given go goes going gone got "
    "has having hello her here hers hey hi him into its itself just know let like make many may me mean might more "
    "most much must myself never no nor now off ok okay once one only or other our ours over own please post quite "
    "rather really said same say says see shall should since so some something such take tell than thank thanks "
    "theirs these thing things think those though through too told under until upon us use used very way well where "
    "whether while who whom whose why without would write yes yet yours yourself"
)
# English words that name no topic, though they carry meaning: verbs of every kind of telling, and nouns of every kind.
EMPTY_ENGLISH = (
    "twice thrice cannot mine himself herself ourselves themselves none even still often sometimes usually already "
    "almost actually basically simply probably perhaps maybe however unless either neither less least several "
    "enough another others today yesterday tomorrow onto during across along around behind beside besides beyond "
    "near toward towards within against among via per thus hence therefore anyway instead indeed unlike back away "
    "together apart first second third last next later earlier soon ago long little lot lots bit kind sort two "
    "three four five six seven eight nine ten half everything everyone everybody someone somebody anyone anybody "
    "nothing nobody ways stuff time times day days week weeks month months year years hour hours minute minutes "
    "moment people person man men part parts place end case point fact example reason number amount side whole rest "
    "matter idea ones name posts article blog good great nice bad better best worse worst new old big small large "
    "right wrong sure able true real different certain full easy hard possible important main various interesting "
    "early late high low free ready clear common i'm i've i'd i'll it's that's don't can't gets gotten getting went "
    "come comes came coming makes made making takes took taken taking gives gave giving sees saw seen seeing look "
    "looks looked looking find finds found finding knows knew known knowing thinks thought thinking saying tells "
    "telling asks asked asking want wants wanted wanting need needs needed needing uses using try tries tried "
    "trying keep keeps kept keeping lets letting put puts putting set sets setting seem seems seemed feel feels "
    "felt feeling become becomes became leave leaves left leaving begin begins began begun beginning start starts "
    "started starting stop stops stopped happen happens happened happening show shows showed shown showing means "
    "meant turn turns turned run runs ran running work works worked working called calling move moves moved bring "
    "brings brought hold holds held stand stands stood sit sits sat send sends sent buy buys bought sell sells sold "
    "pay pays paid read reads writes wrote written hear hears heard meet meets met lose loses lost win won built "
    "break broke broken fall falls fell grow grew grown speak spoke spend spent learn learnt understand understood "
    "choose chose chosen follow follows followed add adds added help helps helped talk talks talked believe "
    "believes believed remember remembers remembered consider considers considered require requires required allow "
    "allows allowed include includes included including provide provides provided create creates created appear "
    "appears appeared expect expects expected hope hopes hoped wish wishes love loves loved liked likes guess "
    "suppose supposed decide decided realize realized realise realised notice noticed mention mentioned wonder "
    "wondered following cost costs eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen "
    "twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million millions "
    "dozen past quarter minus plus morning afternoon evening night tonight weekend monday tuesday wednesday "
    "thursday friday saturday sunday january february march april june july august september october november "
    "december detail details previous simple complete whichever whatever whoever wherever whenever despite except "
    "whereas avoid satisfy contain contains assume assumes interact calculate calculates drop drops return returns "
    "wait waits oh welcome lol etc hath doth thee thou thy shew thence hither thither whence noon anon betimes "
    "midnight drank ate slept drove flew swam rose woke"
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
    "about for into over under between through near against and or two three four five six seven eight nine "
    "ten more many other another new old big small little good great",
    "es": "el la los las un una mi su de del al en con por para sin sobre este esta y",
    "fr": "le la les un une des du de au aux mon ma mes son sa ses ce cette ces en dans avec sur pour par et",
    "de": "der die das den dem des ein eine einen einem einer eines im am vom zum zur mit von für auf aus über und",
    "pt": "o a os as um uma de do da dos das no na em com por para meu minha seu sua este esta e",
    "it": "il lo la i gli le un una di del della dei delle al alla nel con per mio mia suo sua questo questa e",
    "nl": "de het een van in op met voor bij uit naar mijn zijn haar onze dit dat deze en",
}


def _sets(texts: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {language: frozenset(text.split()) for language, text in texts.items()}


# Japanese writes what inflects and what relates in these, and most things in others
HIRAGANA = "".join(map(chr, range(0x3041, 0x3097)))
# Words that carry no meaning, where texts are compared
FUNCTION_WORDS_OF = _sets(
    COMMONEST | COMMONEST_ELSEWHERE | {"en": f"{COMMONEST['en']} {ENGLISH}", "ja": " ".join(HIRAGANA)}
)
# Words that name no topic; of languages for which NOUN_FOLLOWS tells where topics are named
STOP_WORDS_OF = {
    language: words | frozenset(EMPTY_ENGLISH.split() if language == "en" else ())
    for language, words in FUNCTION_WORDS_OF.items()
    if language in NOUN_FOLLOWS
}
NOUN_FOLLOWS_OF = _sets(NOUN_FOLLOWS)
STOP_WORDS = frozenset(word for text in COMMONEST.values() for word in text.split())  # of an unknown language
VAGUE_ALONE = frozenset(VAGUE.split())
