"""The file store as the settings say: on disk, or in a bucket."""

from pathlib import Path
from urllib.parse import urlsplit

from orderloom.base.settings import Settings
from orderloom.database.pool import Database
from orderloom.files.disk import DiskStore
from orderloom.files.errors import StoreError
from orderloom.files.keys import Keyring
from orderloom.files.s3 import Bucket, S3Store
from orderloom.files.service import MEGABYTE, Files, Limits
from orderloom.files.sigv4 import Credentials
from orderloom.files.store import Store


def files_folder(settings: Settings) -> Path:
    """Where blobs lie on disk, and where those for a bucket wait."""
    return settings.data_dir / "files"


def key_file(settings: Settings) -> Path:
    """Where the master keys lie when no setting gives them."""
    return settings.data_dir / "keys" / "files.json"


def open_files(settings: Settings, database: Database) -> Files:
    """The file store; nothing is written or asked before the first file.

    Raises:
        StoreError: the address of the bucket is none.
        FileKeyError: the keys of the settings are none.
    """
    given = settings.files_keys
    keyring = Keyring.given(given) if given else Keyring.at(key_file(settings))
    quota = settings.files_quota_mb
    limits = Limits(
        largest=settings.files_limit_mb * MEGABYTE,
        quota=None if quota is None else quota * MEGABYTE,
        kept_days=settings.files_kept_days,
    )
    return Files(database=database, store=_store(settings), keyring=keyring, limits=limits)


def _store(settings: Settings) -> Store:
    return bucket_of(settings) or DiskStore(files_folder(settings))


def bucket_of(settings: Settings) -> S3Store | None:
    """The bucket that files lie in, when they do not lie in the data folder.

    Raises:
        StoreError: the address of the bucket is none.
    """
    folder = files_folder(settings)
    if settings.files_s3 is None:
        return None
    address = urlsplit(settings.files_s3)
    bucket, _, prefix = address.path.strip("/").partition("/")
    if address.scheme not in ("http", "https") or not address.netloc or not bucket:
        raise StoreError(problem="ORDERLOOM_FILES_S3 is https://host[:port]/bucket[/prefix]")
    credentials = Credentials(
        access_key=settings.files_s3_access_key or "",
        secret_key=settings.files_s3_secret_key or "",
        region=settings.files_s3_region,
    )
    where = Bucket(
        endpoint=f"{address.scheme}://{address.netloc}",
        name=bucket,
        prefix=prefix,
        credentials=credentials,
    )
    return S3Store(where, folder / "tmp")
