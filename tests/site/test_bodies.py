"""What the web listener reads of a request before it knows who asks is bounded."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.test import Client

from comity.site.bodies import CALL_BYTES, FORM_BYTES
from tests.api.conftest import caller, cast

__all__ = ["caller", "cast"]


class Noticed(MemoryFileUploadHandler):
    """Says when the body of an upload is begun."""

    read = 0

    def handle_raw_input(self, *given: Any, **named: Any) -> Any:
        Noticed.read += 1
        return super().handle_raw_input(*given, **named)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/sign-in", "/dossiers/new", "/language"])
def test_nobody_makes_the_node_read_an_upload_before_signing_in(address: str, settings: Any) -> None:
    settings.FILE_UPLOAD_HANDLERS = [f"{__name__}.Noticed"]
    Noticed.read = 0
    body = (
        b'--b\r\nContent-Disposition: form-data; name="x"; filename="x"\r\n\r\n' + b"1" * FORM_BYTES + b"\r\n--b--\r\n"
    )
    client = Client(enforce_csrf_checks=True)
    answer = client.generic("POST", address, body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 413
    assert not Noticed.read


@pytest.mark.parametrize(("end", "status"), [("things", 413), ("acts/remind", 413), ("items", 422)])
def test_only_routes_that_take_files_take_large_calls(caller: Callable[[str], Client], end: str, status: int) -> None:
    answer = caller("fiscal").generic(
        "POST", f"/api/dossiers/x/{end}", b"{" + b" " * CALL_BYTES + b"}", content_type="application/json"
    )
    assert answer.status_code == status
    assert answer.json()["error"]["code"] in {"input:too-large", "input:malformed"}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/sign-in", "/api/sign-in"])
def test_a_body_of_unknown_length_is_refused(client: Client, address: str) -> None:
    answer = client.post(address, headers={"transfer-encoding": "chunked"}, CONTENT_LENGTH="")
    assert answer.status_code == 411
