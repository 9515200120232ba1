"""The field kinds, one file each; ``orderloom.definition.kinds`` imports them all."""
