"""Where one draws: the page, its pens and erasers, the pixel grid, replay and undo."""
