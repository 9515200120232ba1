"""The file store: what people attach, encrypted, wherever it is kept.

Invariant: a blob never exists without its row in ``orderloom.file``, and never in the clear.

On disk, below the data folder (a backup takes all three, and the database with them):

- ``files/ab/ab12…``: one encrypted blob per file, by its random name; nothing there is edited.
- ``files/tmp/``: what is being written; may be left out of a backup.
- ``keys/files.json``: the master keys (mode 0600), current one first; without it, and without
  ``ORDERLOOM_FILES_KEYS`` in its place, no file can be read again.
"""

from orderloom.files.check import FilesReport, check_files
from orderloom.files.keys import Keyring
from orderloom.files.rows import StoredFile
from orderloom.files.service import Files
from orderloom.files.setup import bucket_of, open_files
from orderloom.files.store import Store

__all__ = [
    "Files",
    "FilesReport",
    "Keyring",
    "Store",
    "StoredFile",
    "bucket_of",
    "check_files",
    "open_files",
]
