"""Times in mails about an account, as whoever reads them says them."""

from datetime import datetime, timedelta
from typing import Final

from dispatch.accounts.models import Language
from dispatch.bikram_sambat import NEPAL_TIME

NEPALS_CLOCK: Final = {Language.ENGLISH: "{} Nepal time", Language.NEPALI: "{} (नेपाली समय)"}
DAYS: Final = {Language.ENGLISH: "{} days", Language.NEPALI: "{} दिन"}
HOURS: Final = {Language.ENGLISH: "{} hours", Language.NEPALI: "{} घण्टा"}
MINUTES: Final = {Language.ENGLISH: "{} minutes", Language.NEPALI: "{} मिनेट"}


def moment_in_words(moment: datetime, language: Language) -> str:
    """By the clock in Nepal: ``2026-12-01 16:15 Nepal time``."""
    return NEPALS_CLOCK[language].format(f"{moment.astimezone(NEPAL_TIME):%Y-%m-%d %H:%M}")


def life_in_words(life: timedelta, language: Language) -> str:
    """How long something is good: ``2 days``, ``60 minutes``."""
    hours = round(life.total_seconds() / 3600)
    if hours >= 48:  # noqa: PLR2004  two days
        return DAYS[language].format(hours // 24)
    if hours > 1:
        return HOURS[language].format(hours)
    return MINUTES[language].format(max(1, round(life.total_seconds() / 60)))
