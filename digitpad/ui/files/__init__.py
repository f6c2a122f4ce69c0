"""Pictures and ink in and out of the window, and the strip of recent drawings."""
