"""The real bot under load: many chats at once, and one that floods it."""
