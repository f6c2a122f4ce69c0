"""Settings as typed properties, the folders they lie in, and the menus that change them."""
