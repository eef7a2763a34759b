"""``bin/newsroom``: takes the service's environment and user, and starts what was asked for."""

import importlib.util
import os
import sys
from pathlib import Path

from newsroom.operating import environment, releases

USAGE = """\
newsroom deploy TAG   serves another release, if its code, its pages and its settings are sound
newsroom rollback     serves the release before it again
newsroom web          the web server, as systemd starts it
newsroom COMMAND …    every other command, as the service's user: doctor, work, createsuperuser, help …
"""


def main(code: Path, arguments: list[str]) -> int:
    """Do what ``arguments`` ask with the release in the folder ``code``, and return the exit status."""
    if not arguments or arguments[0] in {"-h", "--help"}:
        print(USAGE, end="")  # noqa: T201 - it is a program's answer
        return 0
    try:
        is_service = _take_environment()
        if arguments[0] in {"deploy", "rollback"}:
            _change_release(code, arguments)
            return 0
        if is_service:
            environment.become_service_user()
        return _start(code, arguments)
    except environment.OperatorError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1


def _change_release(code: Path, arguments: list[str]) -> None:
    site = releases.Releases.around(code)
    match arguments:
        case ["deploy", tag]:
            site.deploy(tag)
        case ["rollback"]:
            site.rollback()
        case _:
            raise environment.OperatorError(USAGE.strip())


def _take_environment() -> bool:
    """Take the service's file, and return whether there is one; in a container the variables are there without it."""
    path = environment.environment_file()
    if path.exists():
        environment.take_environment(path)
        return True
    if environment.paper_variables():
        return False
    raise environment.OperatorError(
        f"{path} is missing, so nobody knows which paper is meant: it is a copy of .env.example that is filled in "
        "(docs/operators.md). To work on the code use make run and manage.py."
    )


def _start(code: Path, arguments: list[str]) -> int:
    """Replace this process by what was asked for, which then holds the release's real path."""
    python = code / ".venv" / "bin" / "python"
    if not python.exists() and importlib.util.find_spec("django") is None:
        raise environment.OperatorError(f"Nothing is installed for {code} yet: newsroom deploy TAG does that.")
    program = str(python) if python.exists() else sys.executable
    command = ["-m", "gunicorn", *arguments[1:]] if arguments[0] == "web" else [str(code / "manage.py"), *arguments]
    os.chdir(code)
    os.environ["PWD"] = str(code)
    try:
        os.execv(program, [program, *command])  # noqa: S606 - the words are the operator's own
    except OSError as error:
        raise environment.OperatorError(
            f"{program} can't be started ({error.strerror}): the service's user must be able to read all of {code}."
        ) from None
