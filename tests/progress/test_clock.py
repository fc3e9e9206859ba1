"""The clock that can be set, and the interview's day."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from rlprep.errors import MisuseError
from rlprep.progress.clock import now
from rlprep.progress.interview_date import read_date, remember_date, remembered_date
from rlprep.progress.store import Store


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02T09:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
        ("2026-03-02T09:00:00+02:00", datetime(2026, 3, 2, 7, tzinfo=UTC)),
        ("2026-03-02T09:00Z", datetime(2026, 3, 2, 9, tzinfo=UTC)),
    ],
)
def test_the_clock_stands_where_it_is_set(
    monkeypatch: pytest.MonkeyPatch, text: str, moment: datetime
):
    monkeypatch.setenv("RLPREP_NOW", text)
    assert now() == moment
    assert now().tzinfo is UTC


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "1999-12-31", "9999-12-31T23:59"])
def test_a_clock_set_to_no_moment_is_misuse(monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setenv("RLPREP_NOW", text)
    with pytest.raises(MisuseError, match="no moment"):
        now()


def test_without_it_the_time_is_the_real_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("RLPREP_NOW")
    assert abs((now() - datetime.now(UTC)).total_seconds()) < 5
    assert now().microsecond % 1000 == 0


def test_the_interviews_day_is_remembered_until_it_is_over(
    store: Store, clock: Callable[[datetime], None]
):
    day = read_date("2026-03-09")
    remember_date(store, day)
    assert remembered_date(store) == day
    clock(datetime(2026, 3, 9, 23, tzinfo=UTC))
    assert remembered_date(store) == day
    clock(datetime(2026, 3, 10, 1, tzinfo=UTC))
    assert remembered_date(store) is None
    remember_date(store, read_date("none"))
    assert store.setting("interview_date") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-03-01", "2026-03-01 is over; today is 2026-03-02"),
        ("tomorrow", "'tomorrow' is no date"),
        ("2026-02-30", "'2026-02-30' is no date"),
        ("9999-01-01", "too far away"),
    ],
)
def test_a_day_that_cannot_be_is_refused(text: str, message: str):
    with pytest.raises(MisuseError, match=message):
        read_date(text)


def test_today_is_a_day_to_come():
    assert read_date("2026-03-02") is not None
