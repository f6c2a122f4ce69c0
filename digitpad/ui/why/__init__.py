"""The panel that shows which ink mattered, and the network's feature maps."""
