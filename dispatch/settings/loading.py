"""Reading the settings: every value that cannot be used and every unknown variable is named at once."""

import os

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from dispatch.errors import OperatorError
from dispatch.settings.environment import unknown_variables
from dispatch.settings.error_sentences import sentence
from dispatch.settings.settings import Settings


class SettingsError(OperatorError):
    """A setting has a value that cannot be used; the message names each one."""


def load_settings() -> Settings:
    """Read the environment. Raises SettingsError with one line for each bad value and each unknown variable."""
    lines = unknown_variables(os.environ, {variable_name(field) for field in Settings.model_fields})
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            place = str(problem["loc"][0])
            lines.append(sentence(variable_name(place), problem, _field(place)))
        raise SettingsError("\n".join(lines)) from None
    if lines:
        raise SettingsError("\n".join(lines))
    return settings


def _field(place: str) -> FieldInfo | None:
    """The field that pydantic names, by its own name or by its variable."""
    by_alias = {info.validation_alias: info for info in Settings.model_fields.values() if info.validation_alias}
    return Settings.model_fields.get(place) or by_alias.get(place)


def variable_name(field: str) -> str:
    """The environment variable that sets ``field``."""
    info = Settings.model_fields.get(field)
    if info is not None and info.validation_alias is not None:
        return str(info.validation_alias)
    return field if field.isupper() else f"DISPATCH_{field.upper()}"
