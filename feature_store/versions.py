"""F_n: the manifest that makes a set of tables a feature version."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class AuthorProfile(BaseModel):
    """Who a twin is of. `id` names folders and tenants; `name` is how prompts and people call the author."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]  # also the name of a folder, so nothing else
    name: str
    created_at: str  # ISO 8601, UTC
    consent: str  # the sentence that whoever made the twin agreed to, and when


class FeatureVersion(BaseModel):
    """A complete feature version. It is written last: its existence means that everything it names is there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    author: str
    number: int  # n of F_n, from 1, by author
    created_at: str  # ISO 8601, UTC; not part of the digest
    digest: str  # the same inputs and configuration give the same digest, anywhere
    tables: dict[str, int]  # table name → exact Delta version
    counts: dict[str, int]  # e.g. {"posts": 45, "documents": 45, "quarantined": 0, "chunks": 130, "train": 90}
    encoder: str  # the encoder's fingerprint
    configuration: dict[str, str]  # what the features depend on, e.g. {"chunker": …, "cleaning": …}
    changed: dict[str, int]  # rows added and removed since F_{n-1}, e.g. {"chunks_added": 3, "chunks_removed": 1}

    @property
    def name(self) -> str:
        return f"F{self.number}"
