"""What can go wrong in the rule core, apart from findings."""


class RulebookError(Exception):
    """The rulebook's own files do not fit together: a fault of the project, found when it is loaded."""

    code = "rulebook_invalid"


class FactsError(Exception):
    """The facts are not a JSON object, so there is nothing to assess."""

    code = "facts_invalid"
