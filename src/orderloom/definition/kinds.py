"""All field kinds; importing this module fills the registry."""

from orderloom.definition.fields.address import AddressField
from orderloom.definition.fields.attachments import AttachmentsField, FilesField, PictureField
from orderloom.definition.fields.boolean import BooleanField
from orderloom.definition.fields.choice import ChoiceField, Option
from orderloom.definition.fields.date import DateField
from orderloom.definition.fields.datetime import DatetimeField
from orderloom.definition.fields.department import DepartmentField
from orderloom.definition.fields.email import EmailField
from orderloom.definition.fields.formula import FormulaField
from orderloom.definition.fields.integer import IntegerField
from orderloom.definition.fields.lines import LinesField
from orderloom.definition.fields.long_text import LongTextField
from orderloom.definition.fields.lookup import LookupField
from orderloom.definition.fields.money import MoneyField
from orderloom.definition.fields.multi_choice import MultiChoiceField
from orderloom.definition.fields.number import NumberField
from orderloom.definition.fields.percent import PercentField
from orderloom.definition.fields.person import PersonField
from orderloom.definition.fields.phone import PhoneField
from orderloom.definition.fields.reference import ReferenceField
from orderloom.definition.fields.rollup import RollupField
from orderloom.definition.fields.sequence import SequenceField
from orderloom.definition.fields.text import TextField

__all__ = [
    "AddressField",
    "AttachmentsField",
    "BooleanField",
    "ChoiceField",
    "DateField",
    "DatetimeField",
    "DepartmentField",
    "EmailField",
    "FilesField",
    "FormulaField",
    "IntegerField",
    "LinesField",
    "LongTextField",
    "LookupField",
    "MoneyField",
    "MultiChoiceField",
    "NumberField",
    "Option",
    "PercentField",
    "PersonField",
    "PhoneField",
    "PictureField",
    "ReferenceField",
    "RollupField",
    "SequenceField",
    "TextField",
]
