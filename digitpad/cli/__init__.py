"""The command line: arguments, sources of drawings, `predict` and `info`."""
