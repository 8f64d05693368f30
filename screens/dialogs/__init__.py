"""Questions and answers over a screen. Each gives a typed result; Esc gives none."""

from screens.widgets.arithmetic import ExplainLine

from .ask import Ask, AskFields, AskSecret
from .choose import Choose
from .confirm import Confirm
from .conflict import Conflict
from .diff import Changing, DiffCounts, DiffLine, DiffView, Outcome, steps_told
from .explain import Explain
from .failure import Failure
from .help import Help

__all__ = [
    "Ask",
    "AskFields",
    "AskSecret",
    "Changing",
    "Choose",
    "Confirm",
    "Conflict",
    "DiffCounts",
    "DiffLine",
    "DiffView",
    "Explain",
    "ExplainLine",
    "Failure",
    "Help",
    "Outcome",
    "steps_told",
]
