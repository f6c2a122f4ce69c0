"""What a drawing says: the recogniser's answer, and what was learned from corrections."""
