"""Draw a digit and see, live, what a CNN makes of it."""

import os

__version__ = "0.1.0"

# From 1.29 on, onnxruntime reports what it runs to its makers, unless this is set before it is
# imported (its Privacy.md). Nothing about a person's drawings or models leaves their machine.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
