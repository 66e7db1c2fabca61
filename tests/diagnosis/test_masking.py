"""Transcripts show no phone number and no address."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.case_code import case_code
from bot.diagnosis.masking import mask, mask_emails, mask_numbers


@pytest.mark.parametrize(("text", "masked"), [
    ("936130000", "•••••••00"),
    ("+886 936-130-000", "••••••••••00"),
    ("call (212) 555-0123 now", "call ••••••••23 now"),
    ("０９３６１３００００", "••••••••００"),
    ("٠٥٠١٢٣٤٥٦٧", "••••••••٦٧"),
    ("我的号码是13800138000", "我的号码是•••••••••00"),
    ("4111 1111 1111 1111", "••••••••••••••11"),
    ("on 2026-11-22 14:32 from 0936130000", "on 2026-11-22 14:32 from ••••••••00"),
])  # fmt: skip
def test_a_number_keeps_its_last_two_digits(text, masked):
    assert mask_numbers(text) == masked


@pytest.mark.parametrize("text", [
    "2026-11-22 14:32", "2026-11-22 14:32:05", "22.11.2026", "11/22/2026 at 9:05", "14:32", "R-7K3F9Q", "482913", "1,250.00",
    "error 404", "wait 60 seconds", "24 h", "2026/11/22",
])  # fmt: skip
def test_dates_times_and_short_numbers_stay_readable(text):
    assert mask(text) == text


@pytest.mark.parametrize(("text", "masked"), [
    ("alice@gmail.com", "a•••@gmail.com"),
    ("write to bob.smith+x@mail.example.co.uk!", "write to b•••@mail.example.co.uk!"),
    ("20261122@qq.com", "2•••@qq.com"),
    ("李雷@example.cn", "李•••@example.cn"),
])  # fmt: skip
def test_an_address_keeps_its_first_letter_and_domain(text, masked):
    assert mask_emails(text) == mask(text) == masked


LIKE_NUMBERS = st.text(alphabet="0123456789-+ .():/@ab•\n", max_size=200)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=4096), LIKE_NUMBERS))
def test_masking_again_changes_nothing(text):
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "a", "a@", "a.", "@", "1-", "2026-11-22", "1(", "12:34", "a@b.", "•1"]
)
def test_hostile_text_is_masked_in_time(piece):
    text = (piece * 4096)[:4096]
    times = []
    for _ in range(3):
        start = time.perf_counter()
        mask(text)
        times.append(time.perf_counter() - start)

    assert min(times) < 0.05


@given(st.text(min_size=1))
def test_a_case_code_stays_readable_in_a_transcript(conversation: str) -> None:
    told = f"Your case is {case_code(conversation)}."
    assert mask(told) == told


def test_a_case_code_of_digits_alone_stays_readable() -> None:
    assert mask("R-94674-46750") == "R-94674-46750"


def test_a_number_that_is_written_like_a_case_code_is_masked() -> None:
    assert mask("R-09361-30000") == "R-••••••••00"
