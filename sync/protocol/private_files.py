"""Files that name people, or places of keys: for their owner alone, from the first byte on."""

import os


def private(path: str, flags: int) -> int:
    """A descriptor for `open(..., opener=private)`: mode 0600 on POSIX, a file that is there already included.

    Windows keeps a user's files from other users by the folder they lie in.
    """
    descriptor = os.open(path, flags, 0o600)
    if os.name == "posix":
        os.fchmod(descriptor, 0o600)
    return descriptor
