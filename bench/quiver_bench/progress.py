"""A progress bar on a terminal; one line at the end elsewhere."""
import sys
import time

WIDTH = 30


class Progress:
    def __init__(self, label, total, unit):
        self.label, self.total, self.unit = label, total, unit
        self.done = 0
        self.began = self.shown = time.monotonic()
        self.terminal = sys.stderr.isatty()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.terminal:
            sys.stderr.write("\r\x1b[K")
        if kind is None:
            print(f"{self.label}: {self.done:,} {self.unit} in {time.monotonic() - self.began:.1f} s", file=sys.stderr,
                  flush=True)

    def add(self, n):
        self.done += n
        now = time.monotonic()
        if self.terminal and now - self.shown > 0.1:
            self.shown = now
            share = min(self.done / self.total, 1) if self.total else 0
            bar = "#" * int(share * WIDTH)
            sys.stderr.write(f"\r\x1b[K{self.label} [{bar:.<{WIDTH}}] {share:4.0%} {self.done:,} {self.unit} "
                             f"{now - self.began:.0f} s")
            sys.stderr.flush()
