"""Lots that need not be remembered: drawn for a number, and always the same for that number."""

from __future__ import annotations

from analytics_lib.sources.sample.draws import WORD_BITS, IntArray, words_of


def lots(seed: int, subject: str, numbers: IntArray, limit: int) -> IntArray:
    """A whole number from 0 to limit - 1 for each number; `limit` is below 2^31."""
    drawn: IntArray = words_of(seed, subject, numbers) * limit >> WORD_BITS
    return drawn


def lots_within(seed: int, subject: str, numbers: IntArray, bounds: tuple[int, int]) -> IntArray:
    """A whole number from the lower to the upper bound, both included, for each number."""
    low, high = bounds
    return low + lots(seed, subject, numbers, high - low + 1)
