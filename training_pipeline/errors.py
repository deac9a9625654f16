"""What can go wrong between features and a registered adapter.

TrainingError
├── TooLittleTextError      not enough examples to learn from, or none to judge by
├── DeviceUnavailableError  the configured device or precision is not there
├── DivergedError           the loss is no longer a number
└── FeaturesErasedError     text that the model was learning from was erased meanwhile
"""

from configs.errors import ExitCode, TwinError


class TrainingError(TwinError):
    pass


class TooLittleTextError(TrainingError):
    pass


class DeviceUnavailableError(TrainingError):
    exit_code = ExitCode.ENVIRONMENT


class DivergedError(TrainingError):
    exit_code = ExitCode.REFUSED


class FeaturesErasedError(TrainingError):
    exit_code = ExitCode.REFUSED
