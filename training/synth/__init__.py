"""Synthetic drawings: distorted pen strokes, handwriting variants, what is no digit."""
