"""The checks of the core element kinds, one file each."""
