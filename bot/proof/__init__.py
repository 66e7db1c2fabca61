"""The proofs of `sparekey check`: what holds for every conversation, found by exploring them all."""
