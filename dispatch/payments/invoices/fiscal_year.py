"""Nepal's fiscal year, by which invoices are numbered."""

from datetime import date, datetime

from dispatch.bikram_sambat import NEPAL_TIME, nepal_date

__all__ = ["NEPAL_TIME", "display_time", "first_day", "fiscal_year", "fiscal_year_name", "nepal_date"]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# 1 Shrawan, the first day of the fiscal year, falls on 17 July except in these years, where it is the 16th.
STARTS_ON_THE_16TH = frozenset({2020, 2021, 2024, 2028, 2029, 2032, 2033, 2036, 2040})
# Bikram Sambat is ahead by so many years when the fiscal year begins.
BIKRAM_SAMBAT_AHEAD = 57


def display_time(moment: datetime) -> str:
    """A moment as people in Nepal read it: ``22 Nov 2026, 16:15 Nepal time``."""
    local = moment.astimezone(NEPAL_TIME)
    return f"{local.day} {MONTHS[local.month - 1]} {local:%Y, %H:%M} Nepal time"


def first_day(year: int) -> date:
    """The first day of the fiscal year that begins in a Gregorian year."""
    return date(year, 7, 16 if year in STARTS_ON_THE_16TH else 17)


def fiscal_year(moment: datetime) -> int:
    """The Gregorian year in which the moment's fiscal year began."""
    day = nepal_date(moment)
    return day.year if day >= first_day(day.year) else day.year - 1


def fiscal_year_name(year: int) -> str:
    """As invoices write it: 2026 is ``2083/84``."""
    bikram = year + BIKRAM_SAMBAT_AHEAD
    return f"{bikram}/{(bikram + 1) % 100:02d}"
