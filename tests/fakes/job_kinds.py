"""Small kinds of jobs for tests, and the process that runs them: everything but the work itself is real."""

import os
import sys
import time
from pathlib import Path
from typing import Any

from configs.settings import Settings
from twin.background.runner import JobRunner
from twin.errors import SyncFailedError
from twin.jobs.work import AuthorName, Work, Workplace

UNTIL = "COUNT_UNTIL"
PROGRAM = """
import sys
sys.path[:0] = {path!r}
from fakes import job_kinds
from twin.jobs import work
work.KINDS = job_kinds.KINDS
from twin.job_process import main
main()
"""


class Count(Work):
    """Counts to `number`, but never past what the file `until` holds, while there is one."""

    author: AuthorName = "Maud"
    number: int = 3
    until: str = ""
    steps = ("Count", "Rest")

    def run(self, place: Workplace) -> dict[str, Any]:
        with place.step("Count"):
            place.progress.start("numbers", self.number)
            for number in range(self.number):
                while self.until and number >= int(Path(self.until).read_text() or 0):
                    time.sleep(0.01)
                place.progress.point("train_loss", number, 1 / (number + 1))
                place.progress.advance()
            place.progress.finish("counted")
        with place.step("Rest"):
            place.progress.say("All are counted.")
        return {"text": f"counted to {self.number}"}


class Train(Count):
    """In the place of training: counts as far as the environment's file says."""

    number: int = 40
    minutes: float = 1
    promote: bool = False

    def run(self, place: Workplace) -> dict[str, Any]:
        return Count(number=self.number, until=os.environ[UNTIL]).run(place)


class Fail(Work):
    author: AuthorName = "Maud"
    bug: bool = False

    def run(self, place: Workplace) -> dict[str, Any]:
        if self.bug:
            raise ValueError("nobody thought of this")
        raise SyncFailedError("the tide is out. Wait for it.")


class Deaf(Work):
    """Lets nothing but SIGKILL end it."""

    author: AuthorName = "Maud"

    def run(self, place: Workplace) -> dict[str, Any]:
        import signal

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        signal.set_wakeup_fd(-1)
        place.progress.say(f"{os.getpid()}")
        while True:
            time.sleep(0.1)


KINDS: dict[str, type[Work]] = {"count": Count, "train": Train, "fail": Fail, "deaf": Deaf}


def runner(settings: Settings, until: Path | None = None) -> JobRunner:
    program = PROGRAM.format(path=[path for path in sys.path if path])
    return JobRunner(
        settings.data_dir / "jobs",
        kinds=KINDS,
        settings=settings,
        command=[sys.executable, "-c", program],
        environment=os.environ | {UNTIL: str(until)},
    )
