"""Cases folded a moment ago, so that the next request reads only what was appended since.

The journal is append-only, so going on from a shelved fold equals a replay. An entry is dropped after a minute, so that
an erased case is forgotten in memory too.
"""

from collections import OrderedDict

from cases.case import Case

CAPACITY = 256
SECONDS = 60.0


class Shelf:
    def __init__(self, capacity: int = CAPACITY, seconds: float = SECONDS):
        self._cases: OrderedDict[str, tuple[float, Case]] = OrderedDict()
        self._capacity = capacity
        self._seconds = seconds

    def get(self, case_id: str, now: float) -> Case | None:
        """`now` is the monotonic clock, in seconds."""
        since, case = self._cases.get(case_id, (now, None))
        if case is not None and now - since >= self._seconds:
            del self._cases[case_id]
            return None
        return case

    def put(self, case: Case, now: float) -> None:
        """Keeps the newer fold; the time of the first one counts."""
        since, before = self._cases.get(case.case_id, (now, None))
        if before is not None and before.version >= case.version:
            return
        self._cases[case.case_id] = (since, case)
        self._cases.move_to_end(case.case_id)
        if len(self._cases) > self._capacity:
            self._cases.popitem(last=False)
