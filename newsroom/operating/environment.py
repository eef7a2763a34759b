"""The service's environment: the file that holds it, and the user that the paper runs as.

Only the standard library is used, as ``bin/newsroom`` comes before anything is installed.
"""

import os
import pwd
from pathlib import Path

USUAL_FILE = "/etc/newsroom.env"
USUAL_USER = "newsroom"
PREFIX = "NEWSROOM_"
QUOTES = "\"'"


class OperatorError(Exception):
    """Something that only an operator can mend; its text says what."""


def environment_file() -> Path:
    """Return where the service's environment is, whether there is one or not."""
    return Path(os.environ.get("NEWSROOM_ENV_FILE") or USUAL_FILE)


def read_environment(path: Path) -> dict[str, str]:
    """Return the variables of a file with a line ``NAME=value`` for each; nothing in a value is expanded.

    Raise ``OperatorError`` if it can't be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise OperatorError(
            f"{path} can't be read ({error.strerror}). Run this as root, with sudo; and the service's user must "
            f"be able to read it, too: chgrp {USUAL_USER} {path} && chmod 640 {path}"
        ) from None
    variables = {}
    for number, line in enumerate(map(str.strip, lines), start=1):
        if not line or line[0] in "#;":
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().isidentifier():
            raise OperatorError(f"Line {number} of {path} must be NAME=value.")
        variables[name.strip()] = _unquoted(value.strip())
    return variables


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] in QUOTES and value[-1] == value[0]
    return value[1:-1] if is_quoted else value


def paper_variables() -> list[str]:
    """Return the names of the paper's variables that this process has."""
    return [name for name in os.environ if name.startswith(PREFIX) and name != "NEWSROOM_ENV_FILE"]


def take_environment(path: Path) -> None:
    """Make the file's variables those of this process; a variable of the paper that the file lacks is removed."""
    variables = read_environment(path)
    for name in paper_variables():
        del os.environ[name]
    os.environ.update(variables)


def service_user() -> pwd.struct_passwd:
    """Return the user that the paper runs as; raise ``OperatorError`` if this machine has none of that name."""
    name = os.environ.get("NEWSROOM_USER") or USUAL_USER
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise OperatorError(f"This machine has no user “{name}”: adduser --system --group {name}") from None


def become_service_user() -> None:
    """Go on as the service's user; raise ``OperatorError`` for one who is neither that nor root."""
    user = service_user()
    if os.geteuid() == user.pw_uid:
        return
    if os.geteuid() != 0:
        raise OperatorError(f"Run this as root, or as the user {user.pw_name}: sudo newsroom …")
    os.initgroups(user.pw_name, user.pw_gid)
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.environ.update(HOME=user.pw_dir, USER=user.pw_name, LOGNAME=user.pw_name)


def refuse_bare_run() -> None:
    """Raise ``OperatorError`` where a service has its environment and this process has none of it.

    Without it the paper would make itself another database beside the code, and work on that.
    """
    path = environment_file()
    if path.exists() and not paper_variables():
        raise OperatorError(
            f"This machine runs a paper with the environment of {path}, which manage.py does not read. For that paper "
            "write “newsroom” instead of “manage.py”, as in: sudo newsroom migrate. To work on a copy of the code that "
            "has nothing to do with it, set NEWSROOM_DEBUG=1."
        )
