"""Five tutorials, each as its text has it: data, network, optimiser, loss, batches, epochs.

Four of them watch the test set while they train. So do these recipes, but nothing is chosen by it:
the last epoch is kept.
"""

from __future__ import annotations

from training.recipes.schema import Recipe

#: TensorFlow.js, "Handwritten digit recognition with CNNs". The page itself trains on 5,500 images
#: and watches 1,000, "for the sake of speed", and asks its reader to try all of them.
TFJS_CNN = Recipe(
    name="tfjs-cnn",
    summary="TensorFlow.js tutorial: two small convolutions.",
    dataset="mnist",
    architecture="tfjs_cnn",
    split="test",
    train_images=55_000,
    epochs=10,
    batch_size=512,
    last_batch=True,
    optimizer="adam",
    learning_rate=1e-3,
    schedule="constant",
    quick={"train_images": "5500", "validation_images": "1000"},
)
#: TensorFlow, "Basic classification: classify images of clothing".
TF_BASIC = Recipe(
    name="tf-basic",
    summary="TensorFlow's first tutorial: one hidden layer, clothes.",
    dataset="fashion-mnist",
    architecture="dense",
    split="test",
    epochs=5,
    batch_size=32,
    last_batch=True,
    optimizer="adam",
    learning_rate=1e-3,
    schedule="constant",
)
#: A course's exercise with MyGrad and MyNN: images padded to 32x32, SGD with momentum.
MYGRAD_CNN = Recipe(
    name="mygrad-cnn",
    summary="MyGrad exercise: a CNN by SGD with momentum, batch by batch.",
    dataset="mnist",
    architecture="mygrad_cnn",
    split="test",
    epochs=2,
    batch_size=100,
    optimizer="sgd",
    learning_rate=0.01,
    schedule="constant",
    momentum=0.9,
    weight_decay=5e-4,
)
#: Keras, then TensorFlow.js in a page with a clickable grid of 28x28 cells.
KERAS_DENSE = Recipe(
    name="keras-dense",
    summary="Keras and a grid to click: one hidden layer, digits.",
    dataset="mnist",
    architecture="dense",
    split="test",
    epochs=10,
    batch_size=32,
    last_batch=True,
    optimizer="adam",
    learning_rate=1e-3,
    schedule="constant",
)
#: A chapter on convolutional networks: best checkpoint kept, early stopping.
FASHION_CNN = Recipe(
    name="fashion-cnn",
    summary="A book's CNN for clothes, with early stopping.",
    dataset="fashion-mnist",
    architecture="fashion_cnn",
    split="random fifth",
    epochs=20,
    patience=2,
    batch_size=32,
    last_batch=True,
    optimizer="adam",
    learning_rate=1e-3,
    schedule="constant",
    dropout=0.4,
    calibrated=False,
)
