"""What is saved and restored between two starts of the window."""
