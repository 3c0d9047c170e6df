"""The sentences of the engine as patterns of the catalogue; `comity.web.law_sentences` tells them.

`%(age)s` may be empty, every other part is there. A figure behind a name tells two parts of one kind apart.
"""

from django.utils.translation import gettext_noop as _

WHOLE = (
    # whether a State is bound
    _("%(state)s is bound since %(day)s%(age)s."),
    _("%(state)s: provisionally applied from %(day)s, in force from %(day2)s%(age)s."),
    _("%(state)s is bound only from %(day)s%(age)s."),
    _("%(state)s is bound only by its consent of %(day)s%(age)s."),
    _("%(state)s is listed as party without the day of entry into force%(age)s."),
    _("%(state)s is listed as bound without the day of entry into force%(age)s."),
    _("%(state)s is listed as party, but not since when%(age)s; %(day)s may be before."),
    _("%(state)s is listed as bound, but not since when%(age)s; %(day)s may be before."),
    _("%(state)s is recorded as not bound%(age)s."),
    _('The register lists nothing for %(state)s: that is unknown, not "not a party".'),
    _("%(state)s withdrew with effect from %(day)s%(age)s."),
    _("%(state)s withdrew; the day is not in the source%(age)s."),
    _("%(state)s signed on %(day)s; no consent to be bound is recorded%(age)s."),
    _("%(state)s signed; no consent to be bound is recorded%(age)s."),
    _("%(state)s ratified on %(day)s; not in force for it%(age)s."),
    _("%(state)s ratified; not in force for it%(age)s."),
    _("%(state)s took some action; which one is not known%(age)s."),
    _("Is %(state)s bound by %(code)s, and since when?"),
    _("Has %(state)s become a party, and since when?"),
    _("On what day did the withdrawal of %(state)s take effect?"),
    _("Since when is %(state)s bound by %(code)s?"),
    _("Was %(state)s bound by %(code)s on %(day)s?"),
    _("Has %(code)s entered into force since?"),
    _("Are both States Parties to %(code)s?"),
    # whether the instrument stands
    _("It applies only from %(day)s."),
    _("It was signed only on %(day)s."),
    _("It stands between %(text)s and the other side, not between %(state)s and %(other)s."),
    _("%(state)s belongs to the class it binds only from %(day)s."),
    _("%(state)s belongs to the class it binds only until %(day)s."),
    # bilateral treaties
    _("It ended on %(day)s."),
    _("It cannot have been in force before %(day)s."),
    _("In force since %(day)s%(age)s."),
    _("Its sources put its entry into force between %(day)s and %(day2)s."),
    _("The sources show it signed on %(day)s%(age)s; that proves signature or publication, not force."),
    _("The sources show it listed on %(day)s%(age)s; that proves signature or publication, not force."),
    _("The sources show it listed%(age)s; that proves signature or publication, not force."),
    _("Recorded as in force%(age)s; the day of entry into force is not printed."),
    _("Recorded as in force%(age)s, but not since when."),
    _("Its operation is recorded as suspended%(age)s."),
    _("A later treaty of extradition (%(day)s) is in force; the table keeps superseded treaties."),
    _("It amends or extends another treaty; one of these States ended on %(day)s."),
    _("The sources differ on its day of signature: %(text)s."),
    _("The sources differ on its entry into force: %(text)s."),
    _("The sources differ on its end: %(text)s."),
    _("%(title)s: On what day did it enter into force?"),
    _("%(title)s: Is it in force, and since when?"),
    _("%(title)s: Since when is it in force?"),
    _("%(title)s: On what day did the suspension take effect?"),
    _("%(title)s: Does the treaty of %(day)s still stand beside that of %(day2)s?"),
    _("%(title)s: Does the treaty it amends or extends still stand?"),
    _("Does the treaty of %(state)s and %(other)s provide for this measure (%(measure)s)? Its text has not been read."),
    _(
        "Is the offence extraditable under the treaty of %(state)s and %(other)s "
        "(its list of offences, or its minimum penalty)?"
    ),
    _("Does the list of extraditable offences of the treaty of %(state)s and %(other)s name it?"),
    # answers and declarations
    _("Not answered: %(text)s"),
    _("Answered yes: %(text)s"),
    _("Answered no: %(text)s"),
    _("Not known: %(text)s"),
    _("%(state)s declared: %(text)s%(age)s."),
    # dual criminality
    _("Is the conduct an offence in both States? Here: needed."),
    _("Is the conduct an offence in both States? Here: its absence may be a ground for refusal."),
    _("Is the conduct an offence in both States? Here: needed if the requested State declared so."),
    _(
        "Is the conduct an offence in both States? Here: needed unless the offence is in the list of 32 categories "
        "and punishable by three years or more."
    ),
    _("Is the conduct an offence in both States? (What the instrument asks has not been read.)"),
    _("What the instrument says of dual criminality has not been read."),
    _("What the instrument says of dual criminality has not been read; it is compared as if it were needed."),
    # grounds of refusal that were not read
    _("These grounds were recalled, not read in the text: read it before relying on them."),
    _(
        "The grounds of %(code)s have not been read. Those of the UN Model Treaty (%(code2)s) show what such treaties "
        "provide; they are not its text. Read the treaty before relying on this."
    ),
    _('The grounds of %(code)s have not been read: that is unknown, not "no ground".'),
    _("Which public holidays does %(place)s keep between %(day)s and %(day2)s, or on the days that follow?"),
)
"""Sentences that stand alone."""

LEADING = (
    _("%(what)s: covered."),
    _("%(what)s: covered or not, depending on a fact not given."),
    _("%(what)s: not covered."),
    _("Leaves the field to %(code)s."),
    _("Supplements %(code)s."),
    _("Replaced between these States by %(code)s."),
    _("It had not entered into force by %(day)s."),
    _("%(state)s is outside the closed class it binds, and this measure is not in what was extended to it."),
    _("%(state)s is outside the closed class it binds."),
    _("Do these provisions bind %(state)s?"),
    _("Dual criminality is not needed for this measure."),
    _("Dual criminality: needed."),
    _("Dual criminality: may be refused without it."),
    _("Dual criminality: its absence may be a ground for refusal."),
    _("Dual criminality: needed if the requested State declared so."),
    _(
        "Dual criminality: needed unless the offence is in the list of 32 categories and punishable by three years "
        "or more."
    ),
)
"""Sentences after which the rule may follow in our own words."""

AGES = (
    _("%(asof)s; %(mark)s, in place of: %(was)s"),
    _("%(asof)s; %(mark)s; the shipped register is silent"),
    _("%(day)s; newest event in file %(day2)s"),
    _("%(day)s (repo), content date unknown"),
    _("this node's correction of %(day)s, approved by two"),
    _("this node's correction of %(day)s, which does not speak of that day"),
    _("this node's correction of %(day)s, withdrawn on %(day2)s"),
)
"""How old a row is, and whose correction it is."""

AROUND = (
    _("%(text)s (%(mark)s, in place of: %(was)s)"),
    _("%(text)s (%(mark)s; the shipped register is silent)"),
    _("%(text)s (%(mark)s)"),
    _("%(state)s: %(text)s"),
)
"""A sentence with the correction on which it rests, or with the State that it is about."""
