"""Content: YAML files become the objects of `bot.core`, and everything wrong with them is said at once."""
