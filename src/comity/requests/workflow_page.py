"""The reference page of the workflow, made from its tables."""

from comity.requests.exclusions import EXCLUSIONS
from comity.requests.messages import KINDS, MessageType
from comity.requests.phases import PartState, Phase
from comity.requests.workflow import TABLE, Step
from comity.safeguards.rules import TABLE as POLICY

HEAD = """# The workflow of a request

Made by `comity.requests.workflow_page` from `comity.requests.workflow.TABLE`, `messages.KINDS`,
`exclusions.EXCLUSIONS` and the policy (`comity.safeguards.rules.TABLE`). A test compares this page with them.

A dossier's state is the fold of its messages: topological by predecessors, ties by digest; a message whose predecessor
is missing waits. Phases follow from the facts. Provisions are those read in the instruments; where none stands, none
was read.

## Phases and states of parts

"""


def workflow_page() -> str:
    """The whole page as Markdown."""
    phases = f"Phases: {', '.join(phase.value for phase in Phase)}.\n\nParts: {', '.join(s.value for s in PartState)}."
    return (
        f"{HEAD}{phases}\n\n## Steps\n\n{_steps()}\n\n## Messages\n\n{_messages()}\n\n"
        f"## Messages that cross\n\n{_crossings()}\n"
    )


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _steps() -> str:
    head = ["step", "side", "relation", "roles", "another person than for", "from", "parts", "message", "law"]
    return _table(head, [_step(step) for step in TABLE])


def _step(step: Step) -> list[str]:
    rule = POLICY[step.permission]
    moves = ""
    if step.parts_from:
        moves = f"{_words(step.parts_from)} to {step.part_to.value if step.part_to else 'the same'}"
    return [
        f"`{step.verb}`: {step.meaning}" + (" One-time code again." if rule.step_up else ""),
        _words(step.sides),
        _words(rule.relations),
        _words(rule.roles),
        _words(rule.not_with),
        _words(step.phases),
        moves,
        f"`{step.message.value}`" if step.message else "at home",
        "; ".join(f"{instrument}: {provision}" for instrument, provision in step.law.items()),
    ]


def _words(members: frozenset[str]) -> str:
    return ", ".join(sorted(str(member) for member in members))


def _messages() -> str:
    rows = [[f"`{kind.value}`", _words(KINDS[kind].sides), KINDS[kind].meaning] for kind in MessageType]
    return _table(["type", "sent by", "meaning"], rows)


def _crossings() -> str:
    rows = [
        [f"`{row.stands.value}`", ", ".join(f"`{kind}`" for kind in sorted(row.yields)), row.why] for row in EXCLUSIONS
    ]
    return _table(["stands", "without effect beside it", "told with the reason"], rows)
