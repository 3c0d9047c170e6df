"""What changes who there is: authorities, offices, officers; partners and the succession of everyone's keys.

What is done with a directory stands in `directing`, which whoever needs it imports: its library is a large one.
"""

from comity.authorities.actions.connecting import add_partner, note_partner_without_node
from comity.authorities.actions.establishing import (
    NewOfficer,
    appoint_first_officer,
    appoint_officer,
    assign_roles,
    end_sessions,
    establish_authority,
    open_office,
)
from comity.authorities.actions.identities import bind_identity, confirm_email
from comity.authorities.actions.limiting import (
    clear_tallies,
    count_or_refuse,
    count_passkey,
    count_try,
    unlock,
    was_right,
)
from comity.authorities.actions.passkeys import count_use, keep_passkey, revoke_passkey
from comity.authorities.actions.succeeding import carry_tls, end_own_key, own_card, renew_card, succeed

__all__ = [
    "NewOfficer",
    "add_partner",
    "appoint_first_officer",
    "appoint_officer",
    "assign_roles",
    "bind_identity",
    "carry_tls",
    "clear_tallies",
    "confirm_email",
    "count_or_refuse",
    "count_passkey",
    "count_try",
    "count_use",
    "end_own_key",
    "end_sessions",
    "establish_authority",
    "keep_passkey",
    "note_partner_without_node",
    "open_office",
    "own_card",
    "renew_card",
    "revoke_passkey",
    "succeed",
    "unlock",
    "was_right",
]
