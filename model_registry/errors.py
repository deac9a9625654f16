"""What can go wrong in the model registry.

ModelRegistryError
├── UnknownModelError       no such author, version or alias
├── CorruptModelError       a file's sha256 or size is not what the manifest says
├── IncompatibleModelError  made for another author, base model, encoder or prompt
├── PromotionRefusedError   a gate refused; the message says which, and by how much
├── TaintedModelError       it learned from text that was erased since
├── ProtectedVersionError   an alias names the version, so it cannot be deleted
├── UnknownBaseModelError   the base model's files cannot be found
├── FeedbackRefusedError    it shows an erased post, or there is too much of it
├── ExportTargetError       the folder to export to is in use, or cannot be written
└── RegistryUnreachableError  the tracking server, its database or the disk does not answer
"""

from configs.errors import ExitCode, TwinError


class ModelRegistryError(TwinError):
    pass


class UnknownModelError(ModelRegistryError):
    exit_code = ExitCode.NOT_FOUND


class CorruptModelError(ModelRegistryError):
    exit_code = ExitCode.ENVIRONMENT


class IncompatibleModelError(ModelRegistryError):
    exit_code = ExitCode.REFUSED


class PromotionRefusedError(ModelRegistryError):
    exit_code = ExitCode.REFUSED


class TaintedModelError(ModelRegistryError):
    exit_code = ExitCode.REFUSED


class ProtectedVersionError(ModelRegistryError):
    exit_code = ExitCode.REFUSED


class UnknownBaseModelError(ModelRegistryError):
    exit_code = ExitCode.ENVIRONMENT


class ExportTargetError(ModelRegistryError):
    exit_code = ExitCode.USAGE


class RegistryUnreachableError(ModelRegistryError):
    exit_code = ExitCode.ENVIRONMENT


class FeedbackRefusedError(ModelRegistryError):
    exit_code = ExitCode.REFUSED
