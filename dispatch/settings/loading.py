"""Reading the settings: bad values, unknown variables and contradictions are named all at once."""

import os
from collections.abc import Iterable

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from dispatch.errors import OperatorError
from dispatch.settings.contradictions import contradictions
from dispatch.settings.environment import unknown_variables
from dispatch.settings.error_sentences import sentence
from dispatch.settings.settings import Settings


class SettingsError(OperatorError):
    """A setting has a value that cannot be used; the message names each one."""


def load_settings() -> Settings:
    """Read the environment.

    Raises SettingsError with one line for each bad value, each unknown variable and each contradiction among values.
    """
    lines = unknown_variables(os.environ, {variable_name(field) for field in Settings.model_fields})
    bad: set[str] = set()
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            place = str(problem["loc"][0])
            lines.append(sentence(variable_name(place), problem, _field(place)))
            bad.add(_name_of_field(place))
        settings = _without(bad)
    lines += contradictions(settings, variable_name, frozenset(bad))
    if lines:
        raise SettingsError("\n".join(lines))
    return settings


def _without(bad: Iterable[str]) -> Settings:
    """The settings with the defaults of what is bad, to compare the others."""
    return Settings(**{name: Settings.model_fields[name].get_default() for name in bad})


def _name_of_field(place: str) -> str:
    """The field that pydantic names, by its own name or by its variable."""
    by_alias = {info.validation_alias: name for name, info in Settings.model_fields.items() if info.validation_alias}
    return by_alias.get(place, place)


def _field(place: str) -> FieldInfo | None:
    """What is known of that field."""
    return Settings.model_fields.get(_name_of_field(place))


def variable_name(field: str) -> str:
    """The environment variable that sets ``field``."""
    info = Settings.model_fields.get(field)
    if info is not None and info.validation_alias is not None:
        return str(info.validation_alias)
    return field if field.isupper() else f"DISPATCH_{field.upper()}"
