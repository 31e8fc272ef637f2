"""The chapters of the story: each is a class of steps, told once for each language."""
