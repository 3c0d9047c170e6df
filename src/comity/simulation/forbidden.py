"""What persons of a simulation try that no rule lets them: each attempt is counted, and each that succeeds is told."""

from collections import Counter
from collections.abc import Callable

from django.db import transaction

from comity.simulation.faults import Fault
from comity.values.errors import ConflictError, InvalidInputError, RefusedError


class Forbidden:
    """The attempts of one episode."""

    def __init__(self) -> None:
        self.tried: Counter[str] = Counter()
        self.let: list[str] = []

    def expect_refused(self, kind: Fault, attempt: Callable[[], object]) -> None:
        """Try it, and undo it: whether it is refused is all that is asked."""
        self.tried[kind.value] += 1
        with transaction.atomic():
            try:
                attempt()
            except (RefusedError, ConflictError, InvalidInputError):
                return
            finally:
                transaction.set_rollback(True)
        self.let.append(f"what nobody may was let through: {kind.value}")
