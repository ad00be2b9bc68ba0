"""What every section of the settings is made on."""

from decimal import Decimal
from typing import Any, get_args

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticKnownError
from pydantic_settings import BaseSettings, SettingsConfigDict

from dispatch.plain_numbers import decimal_number, whole_number


class Section(BaseSettings):
    """Settings that belong together, read from the environment and frozen."""

    model_config = SettingsConfigDict(env_prefix="DISPATCH_", frozen=True, extra="ignore", populate_by_name=True)

    @field_validator("*", mode="before")
    @classmethod
    def _plain_number(cls, value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401  # whatever a setting may be
        """Numbers are written in digits: `1_000` and `inf` are none."""
        kind = cls.model_fields[str(info.field_name)].annotation
        kinds = {kind, *get_args(kind)}
        if not isinstance(value, str) or not kinds & {int, float, Decimal}:
            return value
        is_whole = not kinds & {float, Decimal}
        try:
            (whole_number if is_whole else decimal_number)(value.strip())
        except ValueError:
            raise PydanticKnownError("int_parsing" if is_whole else "float_parsing") from None
        return value
