"""What can go wrong in the feature store.

FeatureStoreError
├── UnknownAuthorError          no such author
├── UnknownFeatureVersionError  no such F_n for this author
├── NothingCollectedError       the author has no posts yet
├── StoreBusyError              another process writes this author
├── StoreCorruptError           what is on disk is not what the manifest says
├── IndexUnreachableError       the Qdrant server does not answer
└── UnknownEncoderError         no such encoder here, or its files are missing
"""

from configs.errors import ExitCode, TwinError


class FeatureStoreError(TwinError):
    pass


class UnknownAuthorError(FeatureStoreError):
    exit_code = ExitCode.NOT_FOUND


class UnknownFeatureVersionError(FeatureStoreError):
    exit_code = ExitCode.NOT_FOUND


class NothingCollectedError(FeatureStoreError):
    exit_code = ExitCode.NOT_FOUND


class StoreBusyError(FeatureStoreError):
    exit_code = ExitCode.ENVIRONMENT


class StoreCorruptError(FeatureStoreError):
    exit_code = ExitCode.ENVIRONMENT


class IndexUnreachableError(FeatureStoreError):
    exit_code = ExitCode.ENVIRONMENT


class UnknownEncoderError(FeatureStoreError):
    exit_code = ExitCode.ENVIRONMENT
