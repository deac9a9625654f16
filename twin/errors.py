"""What can go wrong at the command line itself.

CommandLineError
├── AuthorNameError     no id can be made of the name, or it is not clear which author is meant
└── NothingToServeError no author has a model yet
"""

from configs.errors import ExitCode, TwinError


class CommandLineError(TwinError):
    pass


class AuthorNameError(CommandLineError):
    exit_code = ExitCode.USAGE


class NothingToServeError(CommandLineError):
    exit_code = ExitCode.NOT_FOUND
