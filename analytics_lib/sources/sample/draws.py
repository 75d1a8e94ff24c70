"""Chance in whole numbers: the same draws on every machine and with every version of numpy.

Only the raw 64-bit output of Philox is used, whose stream is fixed by its published algorithm;
`numpy.random.Generator` may change its methods between versions. No float takes part anywhere, so
that no rounding of a mathematical library can move a row. A *word* is a whole number below 2^32;
shares are ten-thousandths.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

WORD_BITS = 32
"""A word is drawn evenly from 0 to 2^32 - 1."""


def _key(seed: int, subject: Sequence[object]) -> npt.NDArray[np.uint64]:
    digest = hashlib.sha256("/".join(map(str, (seed, *subject))).encode()).digest()
    return np.frombuffer(digest[:16], dtype=">u8").astype(np.uint64)


class Draws:
    """One stream of chance, named by seed and subject; streams of other subjects do not disturb it."""

    def __init__(self, seed: int, *subject: object) -> None:
        self._bits = np.random.Philox(key=_key(seed, subject))

    def words(self, size: int) -> IntArray:
        raw: npt.NDArray[np.uint64] = self._bits.random_raw(size)
        return (raw >> np.uint64(WORD_BITS)).astype(np.int64)

    def below(self, limit: int | IntArray, size: int) -> IntArray:
        """Whole numbers from 0 to limit - 1; `limit` is below 2^31."""
        return (self.words(size) * limit) >> WORD_BITS

    def within(self, low: int, high: int, size: int) -> IntArray:
        """Whole numbers from low to high, both included."""
        return low + self.below(high - low + 1, size)

    def chance(self, share: int | IntArray, size: int) -> BoolArray:
        """True in `share` ten-thousandths of the draws."""
        return self.below(10_000, size) < share


def words_of(seed: int, subject: str, numbers: IntArray) -> IntArray:
    """One word for each number, always the same one: attributes that need not be remembered.

    The mixing is SplitMix64's.
    """
    mixed = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + _key(seed, (subject,))[:1]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(WORD_BITS)).astype(np.int64)


class Lottery:
    """Draws outcomes by weight; each group has its own weights.

    Parameters: `weights` has one row a group and one column an outcome, whole numbers from 0.
    """

    def __init__(self, weights: Sequence[Sequence[int]] | IntArray) -> None:
        table = np.asarray(weights, dtype=np.int64)
        running = np.cumsum(table, axis=1)
        groups = np.arange(len(table), dtype=np.int64)[:, None]
        # Weights of many millions, shifted by a word, are beyond 64 bits.
        exact = running if running[:, -1].max() < 1 << (63 - WORD_BITS) else running.astype(object)
        shares = ((exact << WORD_BITS) // exact[:, -1:]).astype(np.int64)
        self._bounds = (shares + (groups << WORD_BITS)).ravel()
        self._outcomes = int(table.shape[1])

    def draw(self, words: IntArray, group: int | IntArray = 0) -> IntArray:
        """The outcome's position for each word."""
        row: IntArray = np.asarray(group, dtype=np.int64)
        place: IntArray = np.searchsorted(self._bounds, words + (row << WORD_BITS), side="right")
        outcome: IntArray = place - self._outcomes * row
        return outcome


class Quantiles:
    """Draws whole numbers from curves given by their quantiles, straight between them.

    Parameters: each curve is a list of (ten-thousandths, value), from (0, least) to (10000, most).
    """

    def __init__(self, curves: Sequence[Sequence[tuple[int, int]]]) -> None:
        starts: list[int] = []
        widths: list[int] = []
        values: list[int] = []
        rises: list[int] = []
        for group, curve in enumerate(curves):
            for (share, value), (next_share, next_value) in pairwise(curve):
                start = (share << WORD_BITS) // 10_000
                starts.append(start + (group << WORD_BITS))
                widths.append((next_share << WORD_BITS) // 10_000 - start)
                values.append(value)
                rises.append(next_value - value)
        self._starts, self._widths = np.array(starts, dtype=np.int64), np.array(widths, dtype=np.int64)
        self._values, self._rises = np.array(values, dtype=np.int64), np.array(rises, dtype=np.int64)

    def draw(self, words: IntArray, group: int | IntArray = 0) -> IntArray:
        """The curve's value for each word."""
        position = words + (np.asarray(group, dtype=np.int64) << WORD_BITS)
        piece = np.searchsorted(self._starts, position, side="right") - 1
        into_piece: IntArray = position - self._starts[piece]
        risen: IntArray = self._rises[piece] * into_piece // self._widths[piece]
        return self._values[piece] + risen
