"""What an authority may be for in cooperation with other States."""

from enum import StrEnum


class Competence(StrEnum):
    ISSUING = "issuing"
    VALIDATING = "validating"
    CENTRAL = "central"
    RECEIVING = "receiving"
    EXECUTING = "executing"
    COURT = "court"
