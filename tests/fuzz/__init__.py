"""Updates that are not as the Bot API promises, by the hundred thousand."""
