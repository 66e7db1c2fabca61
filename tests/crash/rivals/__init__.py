"""Small bots on the stock pollers of two libraries, for the comparison."""

#: How long a handler works before it replies, seconds; a quick database or API call.
SLOWNESS_S = 0.05
