"""Makes the models of this folder, small, each with its own framework's exporter.

They stand in for what people bring: PyTorch's two exporters, scikit-learn's converter, and Keras.
None but Keras is needed to run digitpad or its tests, so the files are kept:

    pip install torch onnxscript scikit-learn skl2onnx    # in an environment of their own
    python tests/models/make.py FOLDER_OF_MNIST torch sklearn
    python tests/models/make.py FOLDER_OF_MNIST keras     # where digitpad[train] is installed

Each is trained on a few thousand MNIST images, for one convention that its file does not tell.
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
COUNT = 8_000


def mnist(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """float32 (N, 28, 28), 0..255, and int64 (N,)."""
    images = gzip.decompress((folder / "train-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / "train-labels-idx1-ubyte.gz").read_bytes())
    x = np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28)
    y = np.frombuffer(labels, np.uint8, offset=8)
    return x[:COUNT].astype(np.float32), y[:COUNT].astype(np.int64)


def make_torch(x: np.ndarray, y: np.ndarray) -> None:
    """Mean and standard deviation, as its tutorials have it, and 0..1 with black ink."""
    import torch
    from torch import nn

    def trained(images: np.ndarray) -> nn.Module:
        torch.manual_seed(0)
        net = nn.Sequential(
            nn.Conv2d(1, 6, 5, stride=2),
            nn.ReLU(),
            nn.Conv2d(6, 12, 3, stride=2),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(300, 10),
        )
        inputs, truth = torch.tensor(images)[:, None], torch.tensor(y)
        optimizer = torch.optim.Adam(net.parameters(), 3e-3)
        for _ in range(6):
            for batch in torch.randperm(len(inputs)).split(64):
                loss = nn.functional.cross_entropy(net(inputs[batch]), truth[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return net.eval()

    one = torch.zeros(1, 1, 28, 28)
    net = trained((x / 255 - 0.1307) / 0.3081)
    torch.onnx.export(net, (one,), HERE / "torch-logits-one.onnx", dynamo=False)
    half = nn.Sequential(net, nn.LogSoftmax(1)).half().eval()
    torch.onnx.export(half, (one.half(),), HERE / "torch-half.onnx", dynamo=False)
    net = nn.Sequential(trained(1 - x / 255), nn.Softmax(1)).eval()
    torch.onnx.export(
        net,
        (one.repeat(2, 1, 1, 1),),
        HERE / "torch-softmax-black.onnx",
        dynamo=True,
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        external_data=False,
    )
    _forget_places(HERE / "torch-softmax-black.onnx")


def _forget_places(path: Path) -> None:
    """Take out where on this machine each line of PyTorch's own source lies."""
    import onnx

    model = onnx.load(path)
    for node in model.graph.node:
        del node.metadata_props[:]
    onnx.save(model, path)


def make_sklearn(x: np.ndarray, y: np.ndarray) -> None:
    """0..1 with a dictionary for each image, the converter's default, and 0..255 with an array."""
    from skl2onnx import to_onnx
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    flat = x.reshape(-1, 784)
    linear = LogisticRegression(max_iter=100).fit(flat / 255, y)
    (HERE / "sklearn-linear-zipmap.onnx").write_bytes(to_onnx(linear, flat[:1]).SerializeToString())
    forest = RandomForestClassifier(8, max_depth=6, random_state=0).fit(flat, y)
    (HERE / "sklearn-forest-255.onnx").write_bytes(
        to_onnx(forest, flat[:1], options={"zipmap": False}).SerializeToString()
    )


def make_keras(x: np.ndarray, y: np.ndarray) -> None:
    """-1..1, pixels before channels."""
    import keras
    import tensorflow as tf
    import tf2onnx

    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(6, 5, strides=2, activation="relu"),
            keras.layers.Conv2D(12, 3, strides=2, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy")
    model.fit(x[..., None] / 127.5 - 1, y, batch_size=64, epochs=6, verbose=0)
    signature = [tf.TensorSpec((None, 28, 28, 1), tf.float32)]
    tf2onnx.convert.from_function(
        tf.function(model),
        input_signature=signature,
        opset=17,
        output_path=str(HERE / "keras-softmax.onnx"),
    )


if __name__ == "__main__":
    data = mnist(Path(sys.argv[1]))
    for name in sys.argv[2:]:
        {"torch": make_torch, "sklearn": make_sklearn, "keras": make_keras}[name](*data)
