"""The provider of single sign-on, as the node's file names it: nothing where it names none."""

from hashlib import sha256
from pathlib import Path
from typing import Any

from comity.authorities.node_file import NodeFile
from comity.values.errors import MissingError

SECRET = "provider.secret"  # noqa: S105 - the name of its file


def sign_in_provider(file: NodeFile, folder: Path) -> dict[str, Any]:
    """Raises `MissingError` where a provider is named and its secret is not in the folder."""
    if file.sign_in is None:
        return {}
    path = folder / SECRET
    if not path.is_file():
        raise MissingError(
            f"The provider's secret is not in {path}.",
            code="provider:secret",
            next_step="Write what the provider gave you into it, readable by the service alone.",
        )
    return provider_of(file.sign_in, path.read_text().strip())


def provider_of(said: dict[str, Any], secret: str) -> dict[str, Any]:
    """Its id is made from the issuer: who is bound under one issuer is nobody under the next."""
    wanted = [str(one) for one in said.get("acr", [])]
    app = {
        "provider_id": sha256(said["issuer"].encode()).hexdigest()[:16],
        "name": said["name"],
        "client_id": said["client_id"],
        "secret": secret,
        "settings": {
            "server_url": said["issuer"].rstrip("/"),
            "issuer": said["issuer"],
            "fetch_userinfo": False,
            "oauth_pkce_enabled": True,
            "acr": wanted,
            "scope": ["openid", "email"],
            "auth_params": {"acr_values": " ".join(wanted), "max_age": "60"} if wanted else {},
        },
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
