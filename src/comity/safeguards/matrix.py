"""The access matrix as a person reads it, made from the policy table (`docs/reference/access.md`)."""

from comity.safeguards.permissions import Permission
from comity.safeguards.rules import TABLE

_HEAD = """# Who may do what

Made from the policy table (`comity.safeguards.rules`); a test compares the two. Everything that is not in the
table is denied. An authority that stands in no relation to a matter gets the answer of something absent. Neither a
partner nor a job decides anything.

| permission | roles | relation of the authority to the matter | code again | not by the hand that did |
|---|---|---|---|---|
"""


def matrix_page() -> str:
    lines = []
    for permission in Permission:
        rule = TABLE[permission]
        cells = (
            f"`{permission.value}`",
            ", ".join(sorted(role.value for role in rule.roles)),
            ", ".join(sorted(relation.value for relation in rule.relations)),
            "yes" if rule.step_up else "",
            ", ".join(f"`{other.value}`" for other in sorted(rule.not_with)),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return _HEAD + "\n".join(lines) + "\n"
