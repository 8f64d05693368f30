"""What forms are made of: one line for each thing a person is asked."""

from .choices import ChoiceField, SwitchField
from .completion import CompletionField, TagsField
from .dates import DateField
from .drop_list import Suggestion
from .field import Field, FieldChanged, FieldEntered
from .known import CountryField, CurrencyField, LanguageField, LocaleField, ZoneField
from .notes import NotesField
from .numbers import MoneyField, NumberField, PercentField
from .row import Cells
from .rows import RowsField
from .texts import CodeField, SecretField, TextField

__all__ = [
    "Cells",
    "ChoiceField",
    "CodeField",
    "CompletionField",
    "CountryField",
    "CurrencyField",
    "DateField",
    "Field",
    "FieldChanged",
    "FieldEntered",
    "LanguageField",
    "LocaleField",
    "MoneyField",
    "NotesField",
    "NumberField",
    "PercentField",
    "RowsField",
    "SecretField",
    "Suggestion",
    "SwitchField",
    "TagsField",
    "TextField",
    "ZoneField",
]
