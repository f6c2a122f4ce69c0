"""Keras networks by name, their optimisers, the EMA of their weights and mixed precision."""
