"""A form that carries a file: sent by the page's script it shows how far it is; without script it is sent as ever.

The script cannot read where a redirect led before it is followed, so it is told in a header of ours and goes there.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

ASKED = "X-Upload"
GO_TO = "X-Go-To"


def gone_on(request: HttpRequest, address: str) -> HttpResponse:
    """The answer to a form that was done: a redirect, or its address where the script asked."""
    if request.headers.get(ASKED) == "1":
        return HttpResponse(status=204, headers={GO_TO: address})
    return HttpResponseRedirect(address)
