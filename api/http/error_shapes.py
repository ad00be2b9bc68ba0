"""The shapes of errors. Each section of the API has its own (contract, decision 11), chosen where its routes are put
together: ``errors_like`` gives it to all routes of a router, addresses and methods included that none of them has.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from litestar import Litestar, Request, Router
from litestar.routes import HTTPRoute
from msgspec import UNSET, Struct, UnsetType

OPTION: Final = "errors"
"""Key of the shape in the options of a section's routes."""


class Error(Struct, frozen=True, kw_only=True):
    """What went wrong, in words and as a code; ``errors`` says what is wrong with which field, by its path."""

    detail: str
    code: str
    errors: dict[str, str] | UnsetType = UNSET

    @classmethod
    def of(cls, detail: str, code: str) -> "Error":
        """From a sentence and a code."""
        return cls(detail=detail, code=code)


class PaymentError(Struct, frozen=True, kw_only=True):
    """An error of payments: ``failed`` where a payment brought no goods, else ``error``. More goes with the code."""

    status: Literal["error", "failed"]
    message: str
    error_code: str
    errors: dict[str, str] | UnsetType = UNSET

    @classmethod
    def of(cls, detail: str, code: str) -> "PaymentError":
        """From a sentence and a code."""
        return cls(status="error", message=detail, error_code=code.upper())


class AssignmentError(Struct, frozen=True, kw_only=True):
    """An error of an assignment, with what might help."""

    success: Literal[False]
    error: str
    suggestions: list[str]
    code: str
    errors: dict[str, str] | UnsetType = UNSET

    @classmethod
    def of(cls, detail: str, code: str) -> "AssignmentError":
        """From a sentence and a code."""
        return cls(success=False, error=detail, suggestions=[], code=code)


ErrorShape = type[Error] | type[PaymentError] | type[AssignmentError]
SHAPES: Final[tuple[ErrorShape, ...]] = (Error, PaymentError, AssignmentError)


def errors_like(shape: ErrorShape) -> dict[str, Any]:
    """For ``opt=`` of a router: its routes tell their errors so."""
    return {OPTION: shape}


@dataclass(frozen=True, slots=True)
class Sections:
    """The paths of an application's sections and their shapes, for requests that no route takes."""

    paths: tuple[tuple[str, ErrorShape], ...]

    def shape_of(self, path: str) -> ErrorShape:
        """The shape of the section that a path lies in."""
        within = (shape for start, shape in self.paths if path == start or path.startswith(f"{start}/"))
        return next(within, Error)


SECTIONS: Final = "sections"
"""Key of the sections in the application's state."""
NO_SECTIONS: Final = Sections(())


def sections_of(app: Litestar) -> Sections:
    """The sections that an application was put together from."""
    found: dict[str, ErrorShape] = {}
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for layer in handler.ownership_layers:
                    if isinstance(layer, Router) and OPTION in layer.opt:
                        found[layer.path] = layer.opt[OPTION]
    return Sections(tuple(found.items()))


def shape_of(request: Request[Any, Any, Any]) -> ErrorShape:
    """The shape in which an error of a request is told."""
    scope: Mapping[str, Any] = request.scope  # which has no handler where no route took the request
    handler = scope.get("route_handler")
    if handler is not None:
        shape: ErrorShape = handler.opt.get(OPTION, Error)
        return shape
    sections: Sections = request.app.state.get(SECTIONS, NO_SECTIONS)
    return sections.shape_of(request.scope["path"])
