"""Every permission of the house, `room:subject:verb`. A route or action without one fails the build."""

from enum import StrEnum


class Permission(StrEnum):
    # casework, requesting side
    DOSSIER_OPEN = "requests:dossier:open"
    DOSSIER_READ = "requests:dossier:read"
    DRAFT_WRITE = "requests:draft:write"
    REQUEST_SIGN = "requests:request:sign"
    REQUEST_VALIDATE = "requests:request:validate"
    REQUEST_CHECK = "requests:request:check"
    REQUEST_TRANSMIT = "requests:request:transmit"
    REQUEST_WITHDRAW = "requests:request:withdraw"
    QUESTION_ANSWER = "requests:question:answer"
    EVIDENCE_COUNTERSIGN = "evidence:item:countersign"
    FEEDBACK_GIVE = "requests:feedback:give"
    DOSSIER_CLOSE = "requests:dossier:close"
    REMINDER_SEND = "requests:reminder:send"
    # casework, requested side
    REQUEST_REGISTER = "requests:request:register"
    REQUEST_ASSESS = "requests:request:assess"
    QUESTION_ASK = "requests:question:ask"
    REQUEST_ACCEPT = "requests:request:accept"
    REQUEST_DECLINE = "requests:request:decline"
    REQUEST_POSTPONE = "requests:request:postpone"
    REQUEST_PASS_ON = "requests:request:pass-on"  # noqa: S105 - a permission, not a password
    AUTHORISATION_RECORD = "requests:authorisation:record"
    EXECUTION_RECORD = "requests:execution:record"
    RESULTS_CHECK = "requests:results:check"
    EVIDENCE_RETURN = "requests:evidence:return"
    TRANSFER_SUSPEND = "requests:transfer:suspend"
    # both sides
    CONSULTATION_HOLD = "requests:consultation:hold"
    LETTER_RECORD = "requests:letter:record"
    # evidence
    ITEM_TAKE_IN = "evidence:item:take-in"
    ITEM_READ = "evidence:item:read"
    ITEM_CHECK = "evidence:item:check"
    RELEASE_READ = "evidence:release:read"
    RELEASE_PROPOSE = "evidence:release:propose"
    RELEASE_APPROVE = "evidence:release:approve"
    RELEASE_EXPORT = "evidence:release:export"
    DOCUMENT_READ = "documents:document:read"
    # the house
    LAW_ASK = "law:basis:ask"
    NEEDS_READ = "requests:needs:read"
    INBOX_READ = "requests:inbox:read"
    PARTNERS_READ = "authorities:partners:read"
    PARTNERS_WRITE = "authorities:partners:write"
    OFFICERS_READ = "authorities:officers:read"
    OFFICERS_WRITE = "authorities:officers:write"
    LEDGER_READ = "safeguards:ledger:read"
    EXCHANGE_READ = "exchange:status:read"
    MESSAGE_RESEND = "exchange:message:resend"
