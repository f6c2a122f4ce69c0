"""Ink: immutable strokes, their edits and their replay, in numpy, without Qt."""
