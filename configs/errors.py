"""The root of every error that a user can cause or mend.

TwinError
├── SettingsError            configs: a key or value that no one knows
├── DiskFullError            too little space left to write: whatever was to be written
├── NewerFormatError         a newer release wrote what is to be read
├── FeatureStoreError        feature_store/errors.py
├── FeaturePipelineError     feature_pipeline/errors.py
├── ModelRegistryError       model_registry/errors.py
├── TrainingError            training_pipeline/errors.py
├── InferenceError           inference_pipeline/errors.py
└── CommandLineError         twin/errors.py

A message says what is wrong, with which value, and what to do next. Anything that is not a TwinError is a bug.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """The command line's exit codes, for scripts. Stable: numbers are never reused."""

    OK = 0
    BUG = 1
    USAGE = 2
    BAD_INPUT = 3
    NOT_FOUND = 4
    REFUSED = 5
    ENVIRONMENT = 6
    INTERRUPTED = 130


class TwinError(Exception):
    """Something that the person at the keyboard can mend."""

    exit_code: ExitCode = ExitCode.BAD_INPUT


class SettingsError(TwinError):
    """A setting that is unknown, of the wrong type, or impossible."""

    exit_code = ExitCode.USAGE


class DiskFullError(TwinError):
    """Too little space left to write."""

    exit_code = ExitCode.ENVIRONMENT


class NewerFormatError(TwinError):
    """A newer release wrote what is to be read: its files are whole, and this release does not know them."""

    exit_code = ExitCode.ENVIRONMENT
