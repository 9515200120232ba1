"""Records: Commands walk one corridor in one transaction; queries never leave the actor's rights."""
