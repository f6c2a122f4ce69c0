"""Theme, icons, translations, and small widgets that know no model."""
