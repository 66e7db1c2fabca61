"""Sparekey: a chat support bot that gets people back into their accounts."""
