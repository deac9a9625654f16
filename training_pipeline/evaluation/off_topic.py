"""Questions about what an author never wrote on: those of a list whose words occur in none of the author's passages.

Everyday and specialist topics, so that most remain for any author. The check is lexical: for an author who writes in
another language it notices only the words that are the same there.
"""

from collections.abc import Iterable

from feature_store.records import Chunk
from text.words import folded_words

SHORTEST_WORD = 4  # letters, of a word that counts
COMPARED = 4  # first letters of a word, so that its inflections count: too many hits only leave a question out
SAME_TOPIC = 0.5  # of a question's words, in one passage

QUESTIONS = (
    "How do you prune a pomegranate tree?",
    "Which yeast suits sourdough brioche?",
    "How long should a python egg incubate at thirty degrees?",
    "How do you wax cross-country skis for wet snow?",
    "What do you feed an axolotl?",
    "Why do volcanoes erupt under glaciers?",
    "How is parmesan aged?",
    "Which oboe reeds do beginners need?",
    "How do you dock a catamaran in a crosswind?",
    "What is a normal haemoglobin level in pregnancy?",
    "How do you propagate orchids from keikis?",
    "Which saddle fits an Icelandic pony?",
    "How does a trombone mute change the timbre?",
    "What did the Etruscans bury with their dead?",
    "How do you felt merino wool slippers?",
    "Which knots do arborists climb with?",
    "How do penguins moult?",
    "What causes coral bleaching?",
    "How do you score a cricket match shortened by rain?",
    "Which glaze turns porcelain celadon green?",
    "How do you tune a sitar?",
    "How is maple syrup graded?",
    "What do beekeepers do against varroa mites?",
    "How do you perform a Heimlich manoeuvre on a toddler?",
    "Which dinosaurs had feathers?",
    "How do you descale an espresso boiler?",
    "What are the rules of sumo wrestling?",
    "How do you braid challah with six strands?",
    "Which vaccines does a kitten need?",
    "How deep do geothermal boreholes go?",
    "How do you crochet a granny square?",
    "What is the offside rule in hockey?",
    "How do hummingbirds hover?",
    "How do you ferment kimchi without it going mushy?",
    "Which planets have rings besides Saturn?",
    "How do you treat athlete's foot?",
    "What is the best bait for carp?",
    "How do you dance the Viennese waltz?",
    "How are tidal turbines anchored to the seabed?",
    "What does a flamenco dancer wear?",
    "How do you lay herringbone parquet?",
    "Which mushrooms grow beneath birches?",
    "How do you train a falcon to the lure?",
    "How do rugby scrums work?",
    "What is the capital of Burkina Faso?",
    "How do you make nougat with pistachios?",
    "Which eyeliner suits hooded eyelids?",
    "How do you bleed a motorbike's brake calipers?",
    "What is the gestation period of a giraffe?",
    "How do you read a soil pH strip before planting blueberries?",
    "How do whales sleep?",
    "Which surfboard fin is for small waves?",
    "How do you cast a fly for salmon?",
    "What is the role of the liver in digesting alcohol?",
    "How do you repair a cracked cello?",
    "What did Aztec priests sacrifice?",
    "How do you sex newly hatched quail?",
    "Which mortgage suits a houseboat?",
    "How do you soothe a colicky baby?",
    "How do you carve a didgeridoo?",
    "What is a gambit in a chess endgame?",
    "How do you spot a counterfeit Vermeer?",
    "How do sharks smell blood?",
    "Which sunscreen protects a bald scalp?",
)
ASKING = """
best does fits from have into level long many most much need role rule rules should suits that their them they this
under what which with your
"""
FRAME = frozenset(ASKING.split())


def off_topic(chunks: Iterable[Chunk], count: int) -> list[str]:
    """At most `count` questions, evenly from the list, such that no passage (with its title) has SAME_TOPIC of the
    words."""
    asked = {question: _stems(question) for question in QUESTIONS}
    wanted = frozenset().union(*asked.values())
    met: set[frozenset[str]] = {wanted & _stems(f"{chunk.title} {chunk.text}") for chunk in chunks}
    left = [q for q, stems in asked.items() if all(len(stems & passage) < SAME_TOPIC * len(stems) for passage in met)]
    return [left[int(i * len(left) / count)] for i in range(count)] if len(left) > count else left


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:COMPARED] for word in folded_words(text) if len(word) >= SHORTEST_WORD and word not in FRAME)
