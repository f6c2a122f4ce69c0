"""Other people's ONNX models: validated, tried in a sandbox, conventions inferred, adapted."""
