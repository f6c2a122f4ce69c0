"""Draw a digit and see, live, what a CNN makes of it."""

__version__ = "0.1.0"
