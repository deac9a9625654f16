"""What one call of the command line carries from the global options to a command."""

import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from configs.errors import TwinError

if TYPE_CHECKING:
    from configs.settings import Settings
    from feature_store.versions import AuthorProfile


@dataclass
class Session:
    config: Path | None = None
    overrides: list[str] = field(default_factory=list)
    verbose: bool = False

    @cached_property
    def settings(self) -> "Settings":
        """Raises SettingsError."""
        from configs.settings import load_settings

        return load_settings(self.config, self.overrides)

    @property
    def log_dir(self) -> Path:
        """Where tracebacks are kept; a temporary folder when not even the settings can be read."""
        try:
            return self.settings.data_dir / "logs"
        except TwinError:
            return Path(tempfile.mkdtemp(prefix="llm-twin-"))  # nobody else's, whatever lies there

    def author(self, name: str | None) -> "AuthorProfile":
        """The author with this name or id; the only one there is when `name` is None.

        Raises AuthorNameError, UnknownAuthorError.
        """
        from twin import wiring
        from twin.jobs.authors import find_author

        return find_author(wiring.feature_store(self.settings), name, self.settings.data_dir)
