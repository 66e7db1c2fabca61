"""A fake Telegram Bot API server for tests. See README.md."""
