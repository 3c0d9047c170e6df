"""One answer of a timestamp authority (RFC 3161), made once with a key that was thrown away; its imprint is put in."""

from base64 import b64decode
from hashlib import sha256

AT = "2026-11-30T09:26:56.000Z"
_PLACE = 100
_ANSWER = b64decode(
    "MIIB4jADAgEAMIIB2QYJKoZIhvcNAQcCoIIByjCCAcYCAQMxDzANBglghkgBZQMEAgEFADBiBgsqhkiG9w0BCRABBKBTBFEwTwIB"
    "AQYDKgMEMDEwDQYJYIZIAWUDBAIBBQAEIC1xFkK3JrBEAWJ8qfusMvXIUw+xkDzE2wIlhxeSGkiBAgECGA8yMDI2MTEzMDA5MjY1"
    "NloxggFKMIIBRgIBATA2MB4xHDAaBgNVBAMME0V4ZXJjaXNlIHRpbWVzdGFtcHMCFGeJ4GOZ6aTpnUhNvrZB18fKMKRcMA0GCWCG"
    "SAFlAwQCAQUAoIGkMBoGCSqGSIb3DQEJAzENBgsqhkiG9w0BCRABBDAcBgkqhkiG9w0BCQUxDxcNMjYxMTMwMDkyNjU2WjAvBgkq"
    "hkiG9w0BCQQxIgQg9o2xBN6FutNIXciDK0bk6xG+kH20q5I9uqCKwrB6/c8wNwYLKoZIhvcNAQkQAi8xKDAmMCQwIgQgGHIYAlHv"
    "yC+f6IYIWC0POL9Ovyk1SzW9D+iwzS7VVDAwCgYIKoZIzj0EAwIERzBFAiBz27yFiD82PM3szzB5gZ66klahidD1joAaiyBDCupz"
    "RAIhAJOIcASm/UaSgnHbLf0+o0nsw/G6iXCJwrwQctZ3DNOt"
)


def answer_over(text: bytes) -> bytes:
    """The answer as it would be over a text; who signed it is not what these vectors ask."""
    return _ANSWER[:_PLACE] + sha256(text).digest() + _ANSWER[_PLACE + 32 :]
