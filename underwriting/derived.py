"""Values that many rules need (ages, totals, deadlines): worked out once an evaluation, with what they read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from underwriting.application import Application


def derived[**P, T](compute: Callable[Concatenate[Application, P], T]) -> Callable[Concatenate[Application, P], T]:
    """`compute(application, *args)` runs once an evaluation and set of (hashable) arguments.

    Whoever asks again gets the same value, or the same `Unknown`, and the same looks in his own trace, where the
    value also stands as `derived:<name>`.
    """

    @wraps(compute)
    def once(application: Application, *args: Any) -> T:
        return application.once(compute, args)

    return once
