"""What can go wrong between a person's posts and their features.

FeaturePipelineError
├── SourceError              the location cannot be read at all
│   ├── UnknownSourceError     no kind of source reads this location
│   │   └── UnknownKindError     a kind was named, and there is none of that name
│   ├── EmptySourceError       it can be read, and holds no post
│   ├── WhoIsTheAuthorError    a conversation does not say which of the people in it is the author
│   ├── UnusedNameError        it was said who the author is, where nothing asks for it
│   ├── UnsafeArchiveError     an archive that would unpack to too much, or outside of itself
│   ├── UnsafeMarkupError      XML that defines entities: a bomb, or a request for files of this machine
│   ├── UnreadableItemError    one item of it cannot be read: it becomes the problem of its post and goes no further
│   │   └── ConversationError    it is several people's conversation, not one author's text
│   └── FetchError             an address cannot be fetched
│       ├── AddressRefusedError  it leads into a private network, or is no web address
│       ├── RobotsRefusedError   the site asks not to fetch it
│       ├── TooLargeError        more bytes than the limit
│       ├── HttpStatusError      the server answers with an error that will not pass: 404, 401, …
│       └── UnreachableError     an error that may pass: no answer, 429, 5xx; after retries
├── NothingUsableError       posts were collected, and every one is quarantined
├── BrokenExampleError       an example is not what every example must be: a fault of this pipeline
├── PromptMakerError         the model that requests are asked of does not answer, or not as agreed
├── PoorFeaturesError        a data gate: a version of these documents could not be good
└── MassDeletionError        the collection would delete more posts than is likely meant
"""

from configs.errors import ExitCode, TwinError


class FeaturePipelineError(TwinError):
    pass


class SourceError(FeaturePipelineError):
    pass


class UnknownSourceError(SourceError):
    pass


class UnknownKindError(UnknownSourceError):
    exit_code = ExitCode.USAGE


class EmptySourceError(SourceError):
    pass


class WhoIsTheAuthorError(SourceError):
    pass


class UnusedNameError(SourceError):
    exit_code = ExitCode.USAGE


class UnsafeArchiveError(SourceError):
    pass


class UnsafeMarkupError(SourceError):
    pass


class UnreadableItemError(SourceError):
    pass


class ConversationError(UnreadableItemError):
    pass


class FetchError(SourceError):
    pass


class AddressRefusedError(FetchError):
    pass


class RobotsRefusedError(FetchError):
    pass


class TooLargeError(FetchError):
    pass


class HttpStatusError(FetchError):
    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class UnreachableError(FetchError):
    pass


class NothingUsableError(FeaturePipelineError):
    pass


class BrokenExampleError(FeaturePipelineError):
    pass


class PromptMakerError(FeaturePipelineError):
    pass


class PoorFeaturesError(FeaturePipelineError):
    exit_code = ExitCode.REFUSED


class MassDeletionError(FeaturePipelineError):
    exit_code = ExitCode.REFUSED
