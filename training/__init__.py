"""Builds digitpad's models: datasets, training, evaluation, export. Not part of the app."""
