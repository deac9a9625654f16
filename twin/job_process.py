"""`python -m twin.job_process FOLDER LOCK`: one job, at low priority, with the settings that stand in its input.

LOCK is the descriptor of the job's lock, held for as long as this process lives.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from configs.errors import ExitCode
from configs.files import keep_private
from twin import interruption

LOWEST = 19


def main() -> None:
    keep_private()
    interruption.watch()
    os.set_inheritable(int(sys.argv[2]), False)  # what this process starts may outlive it for a moment
    give_way()
    run(Path(sys.argv[1]), sys.stdin.read())


def give_way() -> None:
    """To everything else on the machine, above all to answers."""
    os.setpriority(os.PRIO_PROCESS, 0, LOWEST)
    if ionice := shutil.which("ionice"):
        subprocess.run([ionice, "-c", "3", "-p", str(os.getpid())], check=False, capture_output=True)  # noqa: S603


def run(path: Path, settings_json: str) -> None:
    from configs.settings import Settings
    from twin import failures
    from twin.background.folder import JobFolder
    from twin.background.recorder import Recorder
    from twin.jobs.work import KINDS, Workplace

    folder = JobFolder(path)
    folder.write_process(os.getpid())
    settings = Settings.model_validate(json.loads(settings_json))
    request = folder.request()
    work = KINDS[request["kind"]].model_validate(request["arguments"])
    recorder = Recorder(folder.events_file, work.steps)
    outcome: dict[str, Any]
    try:
        place = Workplace(settings, recorder, recorder.step) if work.steps else Workplace(settings, recorder)
        outcome = {"result": work.run(place)}
    except KeyboardInterrupt:
        interruption.stop()
    except Exception as error:  # noqa: BLE001  # the last line of defence: it is recorded, and shown
        if interruption.arrived():
            interruption.stop()
        message, _ = failures.explained(error, settings.data_dir / "logs")
        outcome = {"error": {"type": type(error).__name__, "message": message}}
    recorder.close()
    folder.write_outcome({"ended_at": time.time(), **outcome})
    sys.stdout.flush()
    os._exit(ExitCode.OK if "result" in outcome else ExitCode.BAD_INPUT)  # native threads may be in the middle


if __name__ == "__main__":
    main()
