"""Training: batches, augmentation, distillation, the fit itself."""
