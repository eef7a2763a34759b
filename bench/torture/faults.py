"""What strikes the paper: each fault begins as its context is entered, and is over when that is left."""

import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.torture.paper import Machine, Paper, Postgres, children_of
from bench.torture.people import Editor

SETTLED = 2.0  # seconds after a move of the clock in which nobody writes: what is kept must follow time by itself


@dataclass
class Scene:
    """Whom faults strike."""

    paper: Paper
    editors: list[Editor]
    dice: Random
    owns_server: bool = False  # of PostgreSQL: nobody else uses it

    @property
    def machine(self) -> Machine:
        return self.dice.choice(self.paper.machines)


Fault = Callable[[Scene], Iterator[None]]


def kill_web_worker(scene: Scene) -> Iterator[None]:
    machine = scene.machine
    os.kill(scene.dice.choice(children_of(machine.server.pid)), signal.SIGKILL)
    yield


def kill_server(scene: Scene) -> Iterator[None]:
    machine = scene.machine
    machine.kill(machine.server)
    yield
    machine.start_server()


def kill_task_worker(scene: Scene) -> Iterator[None]:
    machine = scene.machine
    machine.kill(machine.worker)
    yield
    machine.start_worker()


def restart_database(scene: Scene) -> Iterator[None]:
    """As by a crash; on a server that others use, only the connections of this paper end."""
    if scene.owns_server:
        data, postmaster = _postmaster(scene.paper.database)
        program = Path(f"/proc/{postmaster}/exe").resolve().with_name("pg_ctl")
        command = [program, "restart", "-w", "-m", "immediate", "-D", data, "-l", data / "log"]
        subprocess.run(command, user=data.stat().st_uid, check=True, stdout=subprocess.DEVNULL)
    else:
        _end_connections(scene.paper.database)
    yield


def read_only_database(scene: Scene) -> Iterator[None]:
    """As after a failover, or a file that somebody copied as another user: whoever connects may not write."""
    database = scene.paper.database
    if isinstance(database, Postgres):
        database.tell(f"ALTER DATABASE {database.name} SET default_transaction_read_only = on")
        _end_connections(database)
        yield
        database.tell(f"ALTER DATABASE {database.name} RESET default_transaction_read_only")
        _end_connections(database)
        return
    with _modes({database.file: 0o444, database.file.parent: 0o555}):
        for machine in scene.paper.machines:
            for child in children_of(machine.server.pid):
                os.kill(child, signal.SIGKILL)
        yield


def hung_database(scene: Scene) -> Iterator[None]:
    """PostgreSQL's processes are stopped; SQLite's write lock is somebody else's."""
    database = scene.paper.database
    if not isinstance(database, Postgres):
        with database.write_lock():
            yield
        return
    pids = [pid for (pid,) in database.tell(f"SELECT pid FROM pg_stat_activity WHERE datname = '{database.name}'")]
    if scene.owns_server:
        postmaster = _postmaster(database)[1]
        pids = [postmaster, *children_of(postmaster)]
    _signal(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(pids, signal.SIGCONT)


def lose_redis(scene: Scene) -> Iterator[None]:
    scene.paper.redis.kill()
    scene.paper.redis.wait()
    yield
    scene.paper.start_redis()


def full_disk(scene: Scene) -> Iterator[None]:
    """No process of one machine can make a file any longer, nor another one of more than a few bytes."""
    machine = scene.machine
    _limit_files(machine, 100)
    try:
        yield
    finally:
        _limit_files(machine, resource.RLIM_INFINITY)


def read_only_folder(scene: Scene) -> Iterator[None]:
    folder = scene.machine.folder
    parts = [folder, folder / "generation", folder / "cache" / "pages", *scene.paper.shared_folders()]
    with _modes({path: 0o555 for path in parts if path.is_dir()}):
        yield


def clock_forth(scene: Scene) -> Iterator[None]:
    yield from _moved(scene, 60 * scene.dice.choice([1, 2, 5]))


def clock_back(scene: Scene) -> Iterator[None]:
    yield from _moved(scene, -60 * scene.dice.choice([1, 2, 5]))


FAULTS: dict[str, Fault] = {
    "worker killed": kill_web_worker,
    "server killed": kill_server,
    "task worker killed": kill_task_worker,
    "database restarted": restart_database,
    "database read-only": read_only_database,
    "database hung": hung_database,
    "Redis away": lose_redis,
    "disk full": full_disk,
    "folder read-only": read_only_folder,
    "clock set forth": clock_forth,
    "clock set back": clock_back,
}


def possible_faults(paper: Paper) -> list[str]:
    """The names of the faults that can befall a paper."""
    lacking = {"Redis away"} if not paper.redis_port else set()
    lacking |= set() if isinstance(paper.database, Postgres) else {"database restarted"}
    return [name for name in FAULTS if name not in lacking]


def striking(name: str, scene: Scene):
    """The context of the fault ``name``."""
    return contextmanager(FAULTS[name])(scene)


def _moved(scene: Scene, seconds: int) -> Iterator[None]:
    """Move the clock while no editor has sent anything, and let none write for a moment."""
    with ExitStack() as stack:
        for editor in scene.editors:
            stack.enter_context(editor.at_rest)
        scene.paper.clock.move(seconds)
        time.sleep(SETTLED)
    yield


@contextmanager
def _modes(modes: dict[Path, int]) -> Iterator[None]:
    """Give paths other modes for a while."""
    former = {path: path.stat().st_mode for path in modes}
    try:
        for path, mode in modes.items():
            path.chmod(mode)
        yield
    finally:
        for path, mode in former.items():
            with suppress(FileNotFoundError):
                path.chmod(mode)


def _limit_files(machine: Machine, size: int) -> None:
    for pid in machine.processes():
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _end_connections(database: Postgres) -> None:
    database.tell(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database.name}'")


def _postmaster(database: Postgres) -> tuple[Path, int]:
    """The folder of the server's data, and the number of its first process."""
    data = Path(database.tell("SHOW data_directory")[0][0])
    return data, int((data / "postmaster.pid").read_text().split()[0])


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
