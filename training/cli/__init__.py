"""The command line of ``python -m training.build``: options, and the plan they ask for."""
