"""Choosing a model, and how a foreign one is used."""
