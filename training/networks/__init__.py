"""Keras networks by name, their optimisers, weight averaging and mixed precision."""
