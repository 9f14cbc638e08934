"""The repository tests itself: what the house rules say and no other tool looks at."""
