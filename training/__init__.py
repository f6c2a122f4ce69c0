"""Builds digitpad's models: datasets, training, evaluation, export. Not part of the app."""

import digitpad  # noqa: F401  before onnxruntime: it switches its reports off
