"""What one bot, one process, one database can carry, and what more of each would: a simulation over measured times."""
