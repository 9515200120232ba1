"""Records: Commands walk one corridor; queries stay within the actor's rights."""
