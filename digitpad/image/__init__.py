"""From ink or a picture to the network's 28x28 image."""
