"""Log lines: for people on a terminal, as JSON for machines. Never a token, a key or a query string."""

import logging
import sys
from collections.abc import Mapping

import structlog

from dispatch.settings import Settings


def configure_logs(settings: Settings, **always: object) -> None:
    """Send structlog and the standard library's loggers to standard error in one format.

    ``always``: what every line says, so that processes that share one stream can be told apart.
    """
    level = logging.getLevelNamesMapping()[settings.log_level]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        _adding(always),
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        # Kept loggers would go on with what was configured before, where a process configures twice.
        cache_logger_on_first_use=False,
    )
    handler = _ToStandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for chatty in (
        "httpx",
        "httpcore",
        "uvicorn.access",
        "uvicorn.error",
        "alembic",
        "sqlalchemy",
        "websockets",
        "asyncio",
    ):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))


class _ToStandardError(logging.Handler):
    """Looks standard error up for each line: whoever puts another in its place and closes that loses no line."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:  # noqa: BLE001  # as logging's own handlers do: a line that fails may not end what it tells of
            self.handleError(record)


def _adding(always: Mapping[str, object]) -> structlog.typing.Processor:
    """Not a context variable: callbacks of the event loop run in contexts that nobody chose."""

    def add(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {**always, **event}

    return add
