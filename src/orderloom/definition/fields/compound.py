"""What kinds share whose values have several parts."""

from typing_extensions import override

from orderloom.definition.field import Field


class CompoundField(Field):
    """Values of several parts: nothing says which comes first, and no index finds them."""

    @property
    @override
    def indexable(self) -> bool:
        return False

    @property
    @override
    def sortable(self) -> bool:
        return False
