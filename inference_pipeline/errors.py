"""What can go wrong between a question and its answer.

InferenceError
├── UnknownEngineError       no such engine; the message lists the known ones
├── EngineUnavailableError   the engine cannot run here (a package, a device or a model is missing), or has died
│   └── OutOfMemoryError       for want of memory
├── InvalidRequestError      only a look at what is served shows that a request makes no sense
├── PromptTooLongError       the conversation does not fit the model's context
├── PostNotFoundError        a version has no such post, or no more
├── AnswerNotFoundError      feedback names an answer that is not remembered
├── UnknownJobError          there is no such job
├── UnknownPostError         there is no such post
├── UploadRefusedError       a file cannot be taken: its name, its size, or no room
├── RestrictedError          this key may not do that, whatever its scopes
├── BatchFileError           a file of a batch cannot be read or written
├── OverloadedError          the wait would be too long, or the server is draining
├── ServerRefusedError       the server that runs over this data folder does not answer what it was asked
├── RateLimitedError         one key asks too often, or too much at once
├── KeyNameError             no key can be made of that name
├── UnknownKeyError          there is no such key
├── KeysUnusableError        the file of keys is damaged, emptied or gone
└── CannotListenError        the host and port cannot be listened on
    ├── AddressInUseError      something else listens there
    └── PublicAddressError     others could reach it, and nothing would ask them who they are
"""

from configs.errors import ExitCode, TwinError


class InferenceError(TwinError):
    pass


class UnknownEngineError(InferenceError):
    exit_code = ExitCode.USAGE


class EngineUnavailableError(InferenceError):
    exit_code = ExitCode.ENVIRONMENT


class OutOfMemoryError(EngineUnavailableError):
    pass


class InvalidRequestError(InferenceError):
    """`param` is the field that is to blame, and `code` what is wrong with it, both in OpenAI's words."""

    def __init__(self, message: str, *, param: str, code: str = "invalid_value") -> None:
        super().__init__(message)
        self.param = param
        self.code = code


class PromptTooLongError(InferenceError):
    pass


class PostNotFoundError(InferenceError):
    exit_code = ExitCode.NOT_FOUND


class AnswerNotFoundError(InferenceError):
    exit_code = ExitCode.NOT_FOUND


class UnknownJobError(InferenceError):
    exit_code = ExitCode.NOT_FOUND


class UnknownPostError(InferenceError):
    exit_code = ExitCode.NOT_FOUND


class UploadRefusedError(InferenceError):
    def __init__(self, message: str, *, too_large: bool = False) -> None:
        super().__init__(message)
        self.too_large = too_large


class RestrictedError(InferenceError):
    exit_code = ExitCode.REFUSED


class BatchFileError(InferenceError):
    pass


class OverloadedError(InferenceError):
    exit_code = ExitCode.ENVIRONMENT

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds


class ServerRefusedError(InferenceError):
    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.exit_code = {404: ExitCode.NOT_FOUND, 410: ExitCode.REFUSED, 503: ExitCode.ENVIRONMENT}.get(
            status, ExitCode.BAD_INPUT
        )


class RateLimitedError(InferenceError):
    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds


class KeyNameError(InferenceError):
    exit_code = ExitCode.USAGE


class UnknownKeyError(InferenceError):
    exit_code = ExitCode.NOT_FOUND


class KeysUnusableError(InferenceError):
    exit_code = ExitCode.ENVIRONMENT


class CannotListenError(InferenceError):
    exit_code = ExitCode.ENVIRONMENT


class AddressInUseError(CannotListenError):
    pass


class PublicAddressError(CannotListenError):
    exit_code = ExitCode.REFUSED
