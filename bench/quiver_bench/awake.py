"""Cores that do not fall asleep while something is measured.

A core with nothing to do is put to sleep, and in a virtual machine waking it up can take longer than a search does. One
process for each core that only counts, of the scheduler's idle class, keeps it awake and gives way to everybody at once."""
import contextlib
import os
import signal


@contextlib.contextmanager
def awake(wanted):
    spinners = [_spin(core) for core in os.sched_getaffinity(0)] if wanted else []
    try:
        yield spinners
    finally:
        for pid in spinners:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _spin(core):
    parent = os.getpid()
    pid = os.fork()
    if pid != 0:
        return pid
    os.sched_setaffinity(0, {core})
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    # Where the kernel shares cores between sessions first, the class counts within one only.
    os.setsid()
    with contextlib.suppress(OSError), open("/proc/self/autogroup", "w", encoding="ascii") as file:
        file.write("19")
    while True:
        for _ in range(100_000_000):
            pass
        if os.getppid() != parent:
            os._exit(0)
