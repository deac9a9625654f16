"""Exports a version for other software: a PEFT folder, a merged model, or a GGUF."""

import shutil
from collections.abc import Collection
from pathlib import Path

from model_registry.base_models import BaseModelFiles
from model_registry.errors import IncompatibleModelError
from model_registry.export_folder import exporting
from model_registry.gguf_families import require_packable
from model_registry.judges import Judges
from model_registry.manifest import verify_folder
from model_registry.model_card import CARD, Form, model_card, name_base, public_id
from model_registry.older_libraries import write_for_older
from model_registry.packaging import ADAPTER_CONFIG, ADAPTER_WEIGHTS, write_gguf
from model_registry.ports import AdapterVersion
from model_registry.promotion import require_untainted
from model_registry.prompting import PromptRenderer

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja")
SHARD_SIZE = "5GB"


def export(
    version: AdapterVersion, base: BaseModelFiles, to: Path, forms: Collection[Form], *, judges: Judges
) -> dict[Form, Path]:
    """Write `version` into the folder `to` in one form, or in several into folders in it; return where each lies.

    The folder is there whole or not at all. It takes the place of an empty folder, or of an earlier export that
    nobody changed. Raises CorruptModelError when the version's files are not what was registered,
    TaintedModelError, IncompatibleModelError for another base than it was trained on or one that cannot be packed as
    GGUF, ExportTargetError.
    """
    require_untainted(version.author, version.number, version.tainted)
    verify_folder(version.folder)
    require_same_base(version, base)
    wanted = [form for form in Form if form in forms]
    folders = {form: Path(form.value) if len(wanted) > 1 else Path() for form in wanted}
    if Form.GGUF in wanted:
        require_packable(base)
    with exporting(to, {"author": version.author, "version": version.name, "forms": wanted}) as (staging, target):
        for form, folder in folders.items():
            (staging / folder).mkdir(exist_ok=True)
            _write(version, base, staging / folder, form, judges)
    return {form: target / folder for form, folder in folders.items()}


def require_same_base(version: AdapterVersion, base: BaseModelFiles) -> None:
    """Raises IncompatibleModelError when `version` was trained on another base model."""
    trained = version.manifest.base
    if trained.fingerprint != base.fingerprint:
        raise IncompatibleModelError(
            f"{version.name} of {version.author} was trained on the base model {trained.name} "
            f"({trained.fingerprint[:12]}), and {base.name} ({base.fingerprint[:12]}) is set here. Set the old one "
            f"again: --set base_model.name={trained.name}"
        )


def _write(version: AdapterVersion, base: BaseModelFiles, into: Path, form: Form, judges: Judges) -> None:
    file = ""
    if form is Form.GGUF:
        file = f"{public_id(base.name).rpartition('/')[2]}-{version.author}-{version.name}-F16.gguf"
        template = PromptRenderer(
            version.manifest.author_name, base.chat_template, base.tokenizer_json, base.special_tokens
        ).template_with_persona()
        write_gguf(into / file, base, version.folder, chat_template=template)
    else:
        for name in TOKENIZER_FILES:
            if (base.folder / name).is_file():
                shutil.copyfile(base.folder / name, into / name)
    if form is Form.PEFT:
        for name in (ADAPTER_CONFIG, ADAPTER_WEIGHTS):
            shutil.copyfile(version.folder / name, into / name)
        name_base(into, base.name)
    if form is Form.MERGED:
        _merge(base, version.folder, into)
    write_for_older(into)
    card = model_card(
        version.manifest, figures=version.judges, parity=version.parity, judges=judges, form=form,
        version=version.name, file=file,
    )  # fmt: skip
    (into / CARD).write_text(card, encoding="utf-8")


def _merge(base: BaseModelFiles, adapter: Path, into: Path) -> None:
    """PEFT's own merge, in float32, kept in the precision of the base's files."""
    import torch
    from peft import PeftModel
    from transformers import AutoConfig, AutoModelForCausalLM
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    kept = AutoConfig.from_pretrained(base.folder, local_files_only=True).dtype or torch.float32
    model = AutoModelForCausalLM.from_pretrained(base.folder, dtype=torch.float32, local_files_only=True)
    merged = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
    merged.to(kept).save_pretrained(into, max_shard_size=SHARD_SIZE)
