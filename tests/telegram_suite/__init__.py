"""The conversation tests, played through the fake Telegram: either library, by polling and by webhook."""
