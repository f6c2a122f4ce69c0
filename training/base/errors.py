"""The base class of all expected failures of training."""


class BuildError(Exception):
    """A failure whose message is one sentence for the user: what is wrong, and what to do next.

    Commands print the message and exit with 2. There are classes of its own for what is caught.
    """
