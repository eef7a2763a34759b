"""Python imports this as a server under torture starts: its clock is as far from the machine's as a file says.

A thread follows the file. The master of gunicorn has none, as its workers would be forked with the locks of a thread
that they don't have; each of them begins its own.
"""

import os
import sys
import threading
import time
from pathlib import Path

import time_machine

LOOK = 0.02  # seconds between two looks at the file
CLOSE = 0.001  # seconds that the clock may be wrong
FILE = Path(os.environ["TORTURE_CLOCK"])


class Follower:
    def __init__(self) -> None:
        self.traveller = time_machine.travel(time.time(), tick=True).start()
        while not self.put_right():
            continue

    def put_right(self) -> bool:
        """Set the clock by the file; return whether this process was not held up between two looks at both clocks."""
        offset, real_time = float(FILE.read_text()), time_machine.escape_hatch.time.time
        before, clock_time, after = real_time(), time.time(), real_time()
        is_close = after - before < CLOSE
        if is_close and abs(before + offset - clock_time) > CLOSE:
            self.traveller.shift(before + offset - clock_time)
        return is_close

    def start(self) -> None:
        threading.Thread(target=self.run, name="clock", daemon=True).start()

    def run(self) -> None:
        while True:
            self.put_right()
            time.sleep(LOOK)


follower = Follower()
os.register_at_fork(after_in_child=follower.start)
if "gunicorn" not in sys.orig_argv:
    follower.start()
