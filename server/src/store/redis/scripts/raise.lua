-- Raises the newest time. ARGV: milliseconds since 1970.

raise(ARGV[1])
return 1
