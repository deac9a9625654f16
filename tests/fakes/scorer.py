"""A real style scorer, fitted on the sample authors."""

import re
from pathlib import Path

from fakes.world import World
from model_registry.manifest import digest_folder, read_manifest, write_manifest
from model_registry.style.fitting import fit
from model_registry.style.scorer import STYLE_FILE, StyleScorer

EXAMPLES = Path(__file__).parents[2] / "examples"
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
FLAT = (
    "The {0} is a popular choice for many people around the world. It is important to understand the benefits of the "
    "{0}, as it can help you to achieve your goals and improve your overall quality of life. In addition, the {0} is "
    "easy to use and can be enjoyed by people of all ages."
)


def posts(author: str) -> list[str]:
    files = sorted((EXAMPLES / author / "posts").iterdir())
    return [FRONT_MATTER.sub("", file.read_text(encoding="utf-8")) for file in files]


MAUD, DEX = posts("maud_ferrier"), posts("dex_moreno")


def fitted_scorer() -> StyleScorer:
    base = [FLAT.format(subject) for subject in ["clock", "kettle", "ferry", "garden", "radio", "bridge", "market"]]
    return fit(MAUD[:-8], base=base, humans=[DEX[:-8]])


def give_scorer(world: World, scorer: StyleScorer) -> None:
    """To the champion of maud."""
    folder = world.registry.resolve("maud").folder
    scorer.save(folder / STYLE_FILE)
    write_manifest(folder, read_manifest(folder).model_copy(update={"files": digest_folder(folder)}))
