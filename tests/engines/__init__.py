"""The same conversations on every store: in memory, which is the model, on SQLite and on PostgreSQL."""
