"""What can stand in the way of an act on a customer, each with what to do next."""

from __future__ import annotations

from billing_tui.domain.errors import Conflict, NotAllowed, NotFound, Refused
from billing_tui.domain.text import sort_key

from .records import Brake


class CustomerNotFound(NotFound):
    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(
            "No such customer",
            f"No customer has the number {reference[:40]!r}. Look it up with a word of its name.",
        )


class NumberTaken(Refused):
    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(
            "Number taken", f"Another customer has the number {number}. Choose another or none."
        )


class LookAlike(Refused):
    def __init__(self, name: str, number: str, other: str, scripts: tuple[str, ...] = ()) -> None:
        self.name, self.number, self.other, self.scripts = name, number, other, scripts
        if sort_key(name) == sort_key(other):
            title, told = "A customer has this name", f"{number} is called {other!r} already."
        else:
            title = "Looks like another customer"
            told = f"{name!r} is easily taken for {other!r} ({number}), but is written differently."
        mixed = f" It mixes {' and '.join(scripts)} letters in one word." if scripts else ""
        super().__init__(title, f"{told}{mixed} Compare the two; save it anyway if both are real.")


class CustomerMerged(Refused):
    def __init__(self, number: str, into: str) -> None:
        self.number, self.into = number, into
        super().__init__(
            "Customer was merged", f"{number} was merged into {into}. Work with {into} instead."
        )


class CustomerArchived(Refused):
    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__("Customer is archived", f"{number} is archived. Unarchive it first.")


class CustomerNotArchived(Refused):
    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__("Not archived", f"{number} is not archived; there is nothing to undo.")


class CustomerNotMerged(Refused):
    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__("Not merged", f"{number} was not merged; there is nothing to undo.")


class CurrenciesDiffer(Refused):
    def __init__(self, loser: str, winner: str, ours: str, theirs: str) -> None:
        self.loser, self.winner, self.ours, self.theirs = loser, winner, ours, theirs
        super().__init__(
            "Currencies differ",
            f"{loser} is billed in {ours}, {winner} in {theirs}. Change the currency of one of "
            "them first, or keep both, one under the other.",
        )


class BrakeIsSet(Refused):
    def __init__(self, number: str, brake: Brake, reason: str) -> None:
        self.number, self.brake, self.reason = number, brake, reason
        super().__init__(
            "Brake already set",
            f"{number} already has {brake.value}: {reason[:200]!r}. "
            "Release it first to give another reason.",
        )


class BrakeNotSet(Refused):
    def __init__(self, number: str, brake: Brake) -> None:
        self.number, self.brake = number, brake
        super().__init__(
            "Brake not set", f"{number} has no {brake.value} brake; there is nothing to release."
        )


class NoteNotFound(NotFound):
    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(
            "No such note", f"No note has the id {reference[:40]!r}. List the customer's notes."
        )


class NoteOfAnother(NotAllowed):
    def __init__(self, author: str) -> None:
        self.author = author
        super().__init__(
            "Somebody else's note", f"{author} wrote this note. Write one of your own instead."
        )


class NoteChanged(Conflict):
    def __init__(self, yours: str, theirs: str) -> None:
        self.yours, self.theirs = yours, theirs
        super().__init__(
            "Changed meanwhile", "The note was changed since you read it. Read it and edit again."
        )
