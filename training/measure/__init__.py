"""How well a model reads: scores, evaluation, robustness, validation sets."""
