"""Makes the registry's database again: of the copy beside it, and of the sealed manifests of the versions.

What only the database knew is lost where the copy is, too: numbers that were deleted, aliases, and which versions may
not be used any more. So no version becomes champion here by being found: whoever asked for the repair looks first at
what the versions learnt from.
"""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from configs.files import replacing
from model_registry.backends.mlflow_client import COPY, DATABASE, create, is_sound, locked
from model_registry.backends.mlflow_rows import AUTHOR, MlflowRows, Row
from model_registry.errors import CorruptModelError
from model_registry.manifest import MANIFEST_FILE, digest_file, verify_folder
from model_registry.ports import CANDIDATE, CHAMPION, PREVIOUS


@dataclass(slots=True)
class RegistryRepair:
    said: list[str] = field(default_factory=list)  # what was done, and what cannot be
    registered: dict[str, list[int]] = field(default_factory=dict)  # author → numbers given anew


def repair(root: Path, tracking_uri: str | None) -> RegistryRepair:
    """Raises RegistryUnreachableError."""
    done = RegistryRepair()
    if not (root / DATABASE).exists() and not any(root.glob("versions/*/*")):
        return done
    if tracking_uri is None:
        _put_back_database(root, done)
    rows = MlflowRows(root, tracking_uri)
    for home in sorted(path for path in (root / "versions").glob("*") if AUTHOR.fullmatch(path.name)):
        with rows.writing(home.name):
            _register_again(rows, home, done)
            _mend_aliases(rows, home.name, done)
    return done


def _put_back_database(root: Path, done: RegistryRepair) -> None:
    database, copy = root / DATABASE, root / COPY
    if is_sound(database):
        return
    aside = database.with_name(f"mlflow.damaged-{datetime.now(UTC):%Y%m%d-%H%M%S}.db")
    how = "was gone" if not database.exists() else "was damaged"
    with locked(root):
        if database.exists() and database.stat().st_size:
            database.rename(aside)
            how += f", and lies in {aside} now"
        for log in ("-wal", "-shm"):
            database.with_name(DATABASE + log).unlink(missing_ok=True)
        if is_sound(copy):
            with replacing(database) as staging:
                shutil.copyfile(copy, staging)
            written = datetime.fromtimestamp(copy.stat().st_mtime, UTC)
            done.said.append(f"{database} {how}: the copy of {written:%Y-%m-%d %H:%M} UTC took its place.")
        else:
            database.unlink(missing_ok=True)
            copy.unlink(missing_ok=True)
            create(database)
            done.said.append(f"{database} {how}, and so was its copy: it is made again of the versions' folders.")


def _register_again(rows: MlflowRows, home: Path, done: RegistryRepair) -> None:
    """Every whole version that has no row, in the order in which they were made."""
    known = rows.digests(home.name)
    found: list[tuple[str, str]] = []
    for folder in sorted(path for path in home.glob("[!.]*") if path.is_dir()):
        digest = ""
        try:
            digest = digest_file(folder / MANIFEST_FILE).sha256
            if digest in known:
                continue
            made = verify_folder(folder).created_at
        except (CorruptModelError, OSError) as error:
            done.said.append(f"{folder} is no whole version, and stays as it is: {error}")
            continue
        if rows.folder(home.name, digest) == folder:
            found.append((made, digest))
    numbers = [rows.create(home.name, digest) for _, digest in sorted(found)]
    if not numbers:
        return
    done.registered[home.name] = numbers
    if CANDIDATE not in rows.aliases(home.name):
        rows.name(home.name, CANDIDATE, numbers[-1])
    named = ", ".join(f"v{number}" for number in numbers)
    done.said.append(f"{named} of {home.name} are registered again, of their sealed manifests.")


def _mend_aliases(rows: MlflowRows, author: str, done: RegistryRepair) -> None:
    aliases = rows.aliases(author)
    champion, previous = aliases.get(CHAMPION), aliases.get(PREVIOUS)
    if champion is None or not (damage := _damage(rows, author, champion)):
        return
    if previous is None or _damage(rows, author, previous):
        done.said.append(
            f"v{champion}, the champion of {author}, cannot be used, and no previous version is whole: {damage} Train "
            f"a new one: twin train {author}"
        )
        return
    rows.name(author, CHAMPION, previous)
    rows.unname(author, PREVIOUS)
    done.said.append(
        f"v{previous} of {author}, which was the previous one, is champion in place of v{champion}: {damage}"
    )


def _damage(rows: MlflowRows, author: str, number: int) -> str:
    """Why a version cannot be served; "" when it can."""
    row: Row | None = rows.find(author, number)
    if row is None:
        return f"the files of v{number} are gone."
    if row.tainted:
        return f"v{number} may not be used any more: {row.tainted}."
    try:
        verify_folder(row.folder)
    except CorruptModelError as error:
        return str(error)
    return ""
