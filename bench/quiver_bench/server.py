"""The server under test: one that bench/run started, or the user's own, which is never restarted."""
import os
import pwd
import subprocess


class Server:
    def __init__(self):
        self.data = os.environ.get("QUIVER_BENCH_PGDATA", "")
        self.bin = os.environ.get("QUIVER_BENCH_BIN", "")

    @property
    def can_restart(self):
        return bool(self.data)

    def forget(self):
        """Stops the server, makes the kernel drop its files from memory, and starts it again. What was dropped is only
        what is on disk already, hence the fsync."""
        self._pg_ctl("stop", "-m", "fast")
        for directory, _, names in os.walk(os.path.join(self.data, "base")):
            for name in names:
                descriptor = os.open(os.path.join(directory, name), os.O_RDWR)
                try:
                    os.fsync(descriptor)
                    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                finally:
                    os.close(descriptor)
        self._pg_ctl("start", "-l", os.path.join(os.path.dirname(self.data), "server.log"))

    def _pg_ctl(self, *arguments):
        subprocess.run([os.path.join(self.bin, "pg_ctl"), "-D", self.data, "-w", "-s", *arguments], check=True, cwd="/",
                       stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, **as_owner(self.data))


def as_owner(path):
    """Arguments that make subprocess run as the owner of a directory, when we are root and may."""
    owner = os.stat(path)
    if os.getuid() != 0 or owner.st_uid == 0:
        return {}
    user = pwd.getpwuid(owner.st_uid)
    return {"user": owner.st_uid, "group": user.pw_gid, "extra_groups": []}
