"""Running a model on images: ONNX files, sessions, readings, feature maps, importance."""
