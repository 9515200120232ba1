"""The stages of the corridor, one file each, in the order in which a command walks them."""
