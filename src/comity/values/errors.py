"""Errors, grouped by what the caller can do about them (style rule 8).

Each face maps these classes to its answer in one tested table; no rule knows an HTTP status.
Every error says what happened, what was kept, and what to do next.
"""


class ComityError(Exception):
    """Something the caller must know of: `code` is stable and enumerated, `message` is for a person.

    `place` names where the fault stands (a field, a row, a byte offset, a file and line), if anywhere.
    """

    code = "comity:error"

    def __init__(self, message: str, *, code: str | None = None, place: str = "", next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.place = place
        self.next_step = next_step

    def diagnostics(self) -> dict[str, str]:
        """The error as plain fields, for a log line, an API body or a command line."""
        fields = {
            "code": self.code,
            "message": self.message,
            "place": self.place,
            "next_step": self.next_step,
        }
        return {name: value for name, value in fields.items() if value}


class InvalidInputError(ComityError):
    """What was given cannot be used: correct it at `place` and try again."""

    code = "input:invalid"


class RefusedError(ComityError):
    """Policy, law or the state of the dossier forbids the act; the reason says which rule."""

    code = "act:refused"


class MissingError(ComityError):
    """Nothing by that name that the caller may see: absent and forbidden answer alike."""

    code = "subject:missing"

    def __init__(
        self,
        message: str = "There is nothing here under that address.",
        *,
        code: str | None = None,
        place: str = "",
        next_step: str = "",
    ) -> None:
        super().__init__(message, code=code, place=place, next_step=next_step)


class ConflictError(ComityError):
    """The subject changed since it was read: read it again and decide anew."""

    code = "subject:changed"


class UnavailableError(ComityError):
    """Something needed is not to be had now; nothing was changed; it can be tried again later."""

    code = "resource:unavailable"


class BrokenError(ComityError):
    """A proof does not hold: bytes, signature, chain or state differ from what was vouched for."""

    code = "proof:broken"


class SignInError(ComityError):
    """The caller is not signed in, or must sign in again for this step."""

    code = "session:sign-in"
