"""What a damaged zip makes Python's ``zipfile`` raise, which documents as one error alone."""

import zipfile
import zlib

# Its own, that of a stream that can't be unpacked, one that ends early, a password, an unknown packing, the disk.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError)
