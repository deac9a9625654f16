"""What can go wrong between a person's posts and their features.

FeaturePipelineError
├── SourceError            the location cannot be read at all
│   ├── UnknownSourceError   no kind of source reads this location
│   ├── EmptySourceError     it can be read, and holds no post
│   └── UnreadableItemError  one item of it cannot be read: it becomes the problem of its post and goes no further
├── NothingUsableError     posts were collected, and every one is quarantined
└── MassDeletionError      the collection would delete more posts than is likely meant
"""

from configs.errors import ExitCode, TwinError


class FeaturePipelineError(TwinError):
    pass


class SourceError(FeaturePipelineError):
    pass


class UnknownSourceError(SourceError):
    pass


class EmptySourceError(SourceError):
    pass


class UnreadableItemError(SourceError):
    pass


class NothingUsableError(FeaturePipelineError):
    pass


class MassDeletionError(FeaturePipelineError):
    exit_code = ExitCode.REFUSED
