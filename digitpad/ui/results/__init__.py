"""What a model says of the drawing: bars, answer, preview, comparison, status."""
