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
FILE = Path(os.environ["TORTURE_CLOCK"])


class Follower:
    def __init__(self) -> None:
        self.offset = float(FILE.read_text())
        moment = time.time() + self.offset
        self.traveller = time_machine.travel(moment, tick=True).start()

    def start(self) -> None:
        threading.Thread(target=self.run, name="clock", daemon=True).start()

    def run(self) -> None:
        while True:
            offset = float(FILE.read_text())
            if offset != self.offset:
                self.traveller.shift(offset - self.offset)
                self.offset = offset
            time.sleep(LOOK)


follower = Follower()
os.register_at_fork(after_in_child=follower.start)
if "gunicorn" not in sys.orig_argv:
    follower.start()
