"""Day counting, without any law in it: days, working days and months from an event, hours from a moment.

The day of the event is not counted. A period of days ends with the last second of its last day in the zone of the
place; a negative number counts back from an appointed day. A month without that day ends on its last day.
"""

from calendar import monthrange
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from comity.values.errors import InvalidInputError

WEEKEND = frozenset({5, 6})
"""Saturday and Sunday, as `date.weekday` counts."""


def day_of(at: datetime | date, zone: ZoneInfo) -> date:
    """The day of an event at the place."""
    return aware(at).astimezone(zone).date() if isinstance(at, datetime) else at


def aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise InvalidInputError(
            "An event with a time of day needs a time zone.",
            code="law:time",
            place="at",
            next_step="Write 2026-11-21T10:00:00Z, or 2026-11-21T11:00:00+01:00.",
        )
    return at


def days_after(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise InvalidInputError(f"{day} is too near the end of the calendar.", code="law:date", place="at") from error


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last day of the month where there is no such day."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    if not 1 <= year <= 9999:
        raise InvalidInputError(f"{day} is too near the end of the calendar.", code="law:date", place="at")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def working_days_after(day: date, days: int, holidays: Collection[date] = ()) -> date:
    """The day that is so many working days after (or, negative, before) a day that is not counted."""
    step = 1 if days > 0 else -1
    left = abs(days)
    while left:
        day = days_after(day, step)
        if is_working(day, holidays):
            left -= 1
    return day


def is_working(day: date, holidays: Collection[date] = ()) -> bool:
    return day.weekday() not in WEEKEND and day not in holidays


def rolled(day: date, holidays: Collection[date] = ()) -> date:
    """The day itself if it is a working day, else the next that is."""
    while not is_working(day, holidays):
        day = days_after(day, 1)
    return day


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last second of a day at the place, in UTC."""
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)


def hours_after(at: datetime | date, hours: int, zone: ZoneInfo) -> datetime:
    """So many hours after a moment; a day without a time begins at its first moment at the place."""
    start = aware(at) if isinstance(at, datetime) else datetime.combine(at, time(), zone)
    return start.astimezone(UTC) + timedelta(hours=hours)
