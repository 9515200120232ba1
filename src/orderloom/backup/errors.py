"""What backup and restore refuse."""

from orderloom.base.errors import OrderloomError


class BackupError(OrderloomError):
    """A backup could not be taken, kept, checked or restored."""

    code = "backup.failed"
    status = 500


class BackupRunningError(BackupError):
    """Another process is at it."""

    code = "backup.running"


class ArchiveOffError(BackupError):
    """The embedded server was started by a release that kept no archive."""

    code = "backup.archive_off"


class BadTargetError(BackupError):
    """A backup does not go into the folder that it saves, nor the other way round."""

    code = "backup.bad_target"


class TargetGoneError(BackupError):
    """The backups were there and are not now: a disk that is not mounted, perhaps."""

    code = "backup.target_gone"


class NoBackupError(BackupError):
    """The folder holds no backup, or not the one asked for."""

    code = "backup.none"


class DamagedBackupError(BackupError):
    """Something of the backup was altered, cut or lost; ``what`` names it."""

    code = "backup.damaged"


class BadKeyError(BackupError):
    """That is no recovery key at all."""

    code = "backup.bad_key"


class KeyNeededError(BackupError):
    """Only the holder of the recovery key can read a backup."""

    code = "backup.key_needed"


class WrongKeyError(BackupError):
    """A recovery key, but of another backup."""

    code = "backup.wrong_key"


class KeyFileExistsError(BackupError):
    """The key file is there already and holds another key; it is not overwritten."""

    code = "backup.key_file_exists"


class NotEmptyError(BackupError):
    """A backup is restored into an empty place only."""

    code = "backup.not_empty"


class TooEarlyError(BackupError):
    """The moment asked for lies before the first backup."""

    code = "backup.too_early"


class TooLateError(BackupError):
    """The moment asked for lies after what the backup reaches."""

    code = "backup.too_late"


class NoPointInTimeError(BackupError):
    """A logical dump has one moment only."""

    code = "backup.no_point_in_time"


class ProgramMissingError(BackupError):
    """A program of PostgreSQL is needed and not there."""

    code = "backup.program_missing"


class ProgramFailedError(BackupError):
    """A program of PostgreSQL failed; ``log`` holds its last words."""

    code = "backup.program_failed"


class BadScheduleError(BackupError):
    """The daily time is no time of day, or fewer than one backup is to be kept."""

    code = "backup.bad_schedule"


class BadMomentError(BackupError):
    """The moment asked for is no time with an offset."""

    code = "backup.bad_moment"
