"""The definitions of every metric, one file a domain."""
