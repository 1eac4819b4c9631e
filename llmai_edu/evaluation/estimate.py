"""A measured number with its interval."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Estimate"]


@dataclass(frozen=True)
class Estimate:
    """A value measured on a test set, and the interval in which other test sets of its kind would mostly put it.

    >>> print(Estimate(31.24, 28.96, 33.51)), print(f"{Estimate(0.75, 0.7, 0.8):.2f}")
    31.2 [29.0, 33.5]
    0.75 [0.70, 0.80]
    (None, None)
    """

    value: float
    low: float
    high: float

    def __format__(self, spec: str) -> str:
        spec = spec or ".1f"
        return f"{self.value:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"

    def __str__(self) -> str:
        return format(self)

    @property
    def excludes_zero(self) -> bool:
        """Whether the whole interval lies on one side of zero: for a difference, that its sign is sure."""
        return self.low > 0 or self.high < 0
