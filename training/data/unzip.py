"""One file out of a zip archive, within bounds."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

#: Of other methods, zipfile decompresses more than it is asked for.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def member(archive: bytes, name: str, size: int) -> bytes:
    """The first ``size`` bytes of a file in an archive, as :class:`.fetch.RemoteFile` asks for. A
    ValueError holds the rest of a sentence that begins with the archive's name.
    """
    if not archive.startswith(b"PK"):
        raise ValueError("is not a zip archive (a web page, perhaps, in its place)")
    try:
        with zipfile.ZipFile(BytesIO(archive)) as members:
            found = members.getinfo(name)
            if found.compress_type not in _METHODS:
                raise zipfile.BadZipFile(f"method {found.compress_type}")
            with members.open(found) as stream:
                return stream.read(size)
    except KeyError as error:
        raise ValueError(f"does not hold {name}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise ValueError("is truncated or damaged") from error
