"""The window learns a hand: corrections by key and click, what was learned, lessons."""
