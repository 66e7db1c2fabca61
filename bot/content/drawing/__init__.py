"""Draws flows."""
