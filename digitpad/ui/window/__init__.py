"""The window: its commands, tools, dialogs, and how its parts are connected."""
