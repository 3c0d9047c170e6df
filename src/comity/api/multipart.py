"""What is said of a file stands beside it in the form, as one JSON text."""

from typing import TypeVar

from ninja import Schema
from pydantic import ValidationError

from comity.values.errors import InvalidInputError

Said = TypeVar("Said", bound=Schema)


def read_beside(kind: type[Said], text: str) -> Said:
    """The record beside a file. Raises `InvalidInputError` with every place that is wrong."""
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        places = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'record'}: {fault['msg']}" for fault in error.errors()
        )
        raise InvalidInputError(
            f"The record is malformed: {places}.", code="input:malformed", place="record"
        ) from error
