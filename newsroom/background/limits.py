"""How long a task may take by its kind, how often it is tried, and when it is tried again."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from traceback import format_exception
from typing import Any

from ground.priorities import ANNOUNCING, LATER, MAILS, PICTURES, USUAL

# Seconds that a task of each kind may take, and minutes that it may wait in the queue before administrators are told.
SECONDS = {ANNOUNCING: 120, MAILS: 60, USUAL: 600, PICTURES: 300, LATER: 900}
WAITS = {ANNOUNCING: 3, MAILS: 15, USUAL: 30, PICTURES: 60, LATER: 24 * 60}
AGAIN = 5.0  # seconds after which a task that went on past its limit is interrupted again
MOST_TRIES = 8
LONGEST_PAUSE = timedelta(hours=1)
# The worker's clock queues these anew by itself: each has its own rule for when.
OWN_CLOCK = {
    "articles.tasks.announce",
    "newsroom.serving.changes.tell_again",
    "newsroom.serving.purging.purge",
    "tickers.refresh.ask_due",
}
OF_ONE_MAIL = (SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused)


class TimeLimit(BaseException):
    """The error that interrupts a task; no ``except Exception`` within the task stops it."""


def kind_of_work(priority: int) -> int:
    """Return the kind of work with ``priority``: its own, or the next one below."""
    return max((kind for kind in SECONDS if kind <= priority), default=LATER)


def pause_after(tries: int) -> timedelta:
    """Return how long a task that failed ``tries`` times waits for the next: a minute at first, then twice as long."""
    return min(timedelta(minutes=2 ** min(max(tries, 1) - 1, 10)), LONGEST_PAUSE)


def may_try_again(path: str, tries: int) -> bool:
    """Return whether the task at ``path`` is tried again by the worker after it failed ``tries`` times."""
    return path not in OWN_CLOCK and tries < MOST_TRIES


def is_server_away(priority: int, error: BaseException) -> bool:
    """Return whether ``error`` of a mail means that the next mail would fail as well."""
    is_of_server = isinstance(error, OSError | TimeLimit) and not isinstance(error, OF_ONE_MAIL)
    return kind_of_work(priority) == MAILS and is_of_server


def in_words(error: BaseException) -> dict[str, str]:
    """Return the columns of a task's row that say why it failed."""
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    return {"exception_class_path": name, "traceback": "".join(format_exception(error)).replace("\0", "")}


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Interrupt the block by ``TimeLimit`` after ``seconds``, in the main thread; others are watched by their beat."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: Any) -> None:
        raise TimeLimit(f"It took longer than {seconds:g} seconds, and was interrupted.")

    former = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
