"""The real ports of the page over a data folder, with small jobs in the place of the long ones."""

from configs.settings import Settings
from fakes.job_kinds import runner
from inference_pipeline.api.background import Jobs
from inference_pipeline.api.services import AdminPorts
from twin import wiring
from twin.jobs.library import StoredLibrary


def admin_ports(settings: Settings, jobs: Jobs | None = None) -> AdminPorts:
    return AdminPorts(
        jobs=jobs or runner(settings),
        library=StoredLibrary(settings),
        uploads=wiring.uploads(settings),
        stalled_seconds=settings.access.stalled_seconds,
    )
