"""What can go wrong in a job, or in what a command line asks for.

CommandLineError
├── AuthorNameError     no id can be made of the name, or it is not clear which author is meant
├── NothingToForgetError no post or source of that name
├── NothingSaidError     a command was not told on what to work
├── TooLittleTextError  a style cannot be measured in so few words
├── NotConfirmedError   what cannot be undone was not agreed to
└── SyncFailedError     some of the sources could not be collected
"""

from configs.errors import ExitCode, TwinError


class CommandLineError(TwinError):
    pass


class AuthorNameError(CommandLineError):
    exit_code = ExitCode.USAGE


class NothingToForgetError(CommandLineError):
    exit_code = ExitCode.NOT_FOUND


class NothingSaidError(CommandLineError):
    exit_code = ExitCode.USAGE


class TooLittleTextError(CommandLineError):
    exit_code = ExitCode.BAD_INPUT


class NotConfirmedError(CommandLineError):
    exit_code = ExitCode.USAGE


class SyncFailedError(CommandLineError):
    exit_code = ExitCode.BAD_INPUT
