"""The Model Context Protocol over standard input and output, for a program on this machine."""

import asyncio

from configs.progress import Progress
from configs.settings import Settings
from twin import wiring
from twin.jobs.train import require_servable


def serve_stdio(settings: Settings, *, progress: Progress) -> None:
    """Until the other side closes its end. Whoever starts it owns the data, so no key is asked for. Models are loaded
    when they are asked. Raises what `require_servable` raises."""
    from inference_pipeline.api import create_app
    from inference_pipeline.api.mcp.server import serve_stdio as serve
    from inference_pipeline.keys import EVERYTHING

    progress.start("load the base model", None)
    base = wiring.base_model(settings)
    require_servable(settings, base)
    progress.finish(base.name)

    async def answer() -> None:
        with wiring.answering(settings, base, lazy=True) as (pipeline, pool):
            app = create_app(
                pipeline,
                pool=pool,
                resolver=wiring.model_registry(settings),
                encoders={},
                store=wiring.feature_store(settings),
                feedback=wiring.feedback_log(settings),
                settings=settings.serving,
                access=settings.access,
                keys=wiring.key_store(settings),
            )
            async with app.router.lifespan_context(app):
                await serve(app, EVERYTHING)

    asyncio.run(answer())
