"""Logs as lines of JSON, without anything a person wrote: what happened, where in the code, never with which values."""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any


class JsonLines(logging.Formatter):
    """One object a line: `at`, `level`, `logger`, `said`, and of an error its kind and the places it passed.

    What other libraries log may carry names or texts in its values, and the message of an error too: their sentence is
    kept with its gaps, the values are not. Our own loggers say counts, codes and names of jobs only.
    """

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.startswith("comity")
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "said": record.getMessage() if ours else str(record.msg),
        }
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            told["places"] = [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno}" for frame in frames]
        return json.dumps(told, ensure_ascii=False)
