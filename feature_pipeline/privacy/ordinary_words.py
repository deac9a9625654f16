"""Names that are words as well: where they stand alone, the sentence must show that they are meant as a name."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Given and family names that are ordinary words of English, German, French or Spanish.
ORDINARY = _words(
    """
    abbey ace alba alma amber ami an and angel archer art ash aster auburn autumn bach baker ball banks bar bark barn
    baron bass bat bauer baum bay bean bear beau beck becker bee bell bella berg berry best bett bill birch bird
    bishop black blanc blanca blanche block bloom blue bob bold bond book bowman boy brand brandy braun breeze brewer
    bridge bright brock brook brooks brown buck bud burns bush butler call camp candy cane cannon care carol carpenter
    carter case cash cat chance chandler chase chip christian chuck church clara clark clay clement cliff cloud cole
    colt constant cook cool coral cord cotton court cox crane creed crisp crook cross crow crystal curry curt cute
    daisy dale dana dash dawn day dean dear dee del den diamond dick dies dieter dill dolly dominic don dove drake
    drew drum duke dusty earl early earnest east echo ember ernst eve ever faith falcon fall fan farmer fast fay fern
    field finn fischer fish fisher fleet fletcher flip flora flores flower flowers foot forest foster fox franc francs
    frank frau free freeman french frey fritz frost gale gardener gardner gay gem gene gerber glad glass glen gloria
    gold golden good goodman gore grace graf grant gray green greene grey gross grove gruber guard guerra guest guide
    gunner guy hale hall ham hammer hand hank happy hard hardy harmony harp hart haus hawk hay hazel head heath
    heather heaven held herb herman hero herr hill hills ho hoffmann holiday holly holt honey honor hood hope horn
    house huber hug hunt hunter iris iron isle ivory ivy jack jade jaeger jasmine jay jean jerry jewel job joker joy
    judge jung junior kaiser keen key kim kind king kings kit klein knight koch kohl kraft kramer kurz la lake lance
    land lane lange large lark lau laurel law le lea leaf lee li lily link lion little lo loan long love low luck
    lucky luna luz lynn ma mack maier major male man mann mar marco marina mark marks marsh mason mast mayer meadow
    melody merry meyer mile miles mill miller mills mint mira miracle misty mo moon moor moore mora morgen moss
    mueller muller myrtle narrow neu nick noble noor north nova oak ocean olive opal pace page painter palm pan park
    parks pat patience patty pax peace pearl peg penny pepper petit pia piano pierce pike pilot pine piper poe polly
    pond poole pop pope porter post potter powers precious prem price pride prince princess queen quick rain randy
    raven ray read red reed reich reid rene rex rey reyes rice rich richter ring rip river rivers road rob robin rock
    rocky rod roger roman romeo root rosa rose rosemary ross rot roth round rowe royal ruby rue rush russ rust sage
    saint sally sandy santos savage schneider schulz schwarz sea self serene shade shah sharp shaw sheila shelly
    shepherd short silva silver sing singer singh skip sky small smart smith snow so sol sommer son song south spark
    spring star stark stein stern still stone storm story strange stream street strong sue summer sun sunny swan sweet
    swift tad tag taylor teal teddy tempest temple terry thorn tiger time tin topaz trace trey trip true tucker turner
    two unity vale van vance velvet vera vic victor vigne viola violet vogel wade wagner walker wall ward warden
    waters way wayne webb week weiss welch well wells west white wild wiley will willow wills wind winter wise wolf
    wood woods wren wright young zimmermann zip
    """
)
# Months, days and places: a name, unless a preposition or a number stands beside it.
CALENDAR_AND_PLACES = _words(
    """
    abril adelaide agosto alexandria america aout april asia august austin avril brooklyn carolina charlotte chelsea
    chester china cuba dakota dallas december denver devon dezember domingo dublin eden egypt england februar florence
    france friday geneva georgia germany holland houston india ireland israel italia jamaica januar january jordan
    juillet juin juli julio july june juni junio kent kenya lincoln lisbon london lourdes madison madrid mai malta
    marz may mayo memphis milan monday montana nevada november october odessa oktober orlando oslo paris persia petra
    phoenix rio roma rome salem santiago saturday savannah scotland september sierra sofia sunday sydney texas
    thursday trinidad troy tuesday tyrol valencia verona victoria vienna virginia wales washington wednesday york zion
    """
)
# Words of names that no person has: such an entry is masked as a whole or not at all.
NOT_PERSONAL = _words(
    """
    a abuela abuelo admin administrator ag agency and app association aunt auntie bank boss bot bro brother channel
    church city club co college community company corp council customer dad daddy daily das daughter der des die
    digital el et family for foundation gmbh grandma grandpa granny group hotline husband inc info institute journal
    la lab labs las le les library llc los ltd magazine mama maman me media mod moderator mom mommy mum mummy museum
    mutti nan nana network news of office official oma onkel online opa papa post press project projects radio records
    sales schatz school service services shop sis sister society software son store studio studios support systems
    tante team the times tonton trust tv uncle und university vati verein verlag wife y you
    """
)
# Words of a family name that are no name alone.
PARTICLES = _words(
    """
    al and bin da das de del della den der di do dos du el ibn la le les mac ten ter und van von zu zur
    """
)
TITLES = _words(
    """
    cell dame dipl don dona dr frau herr home ii iii ing jr lady lord madame mag md med miss mlle mme mobile monsieur
    mr mrs ms office phd prof professor rev senor senora sir sr work
    """
)
