"""A real PostgreSQL server for tests: the binaries of a package, in a directory of its own."""
