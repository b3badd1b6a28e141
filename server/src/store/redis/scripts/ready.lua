-- Changes nothing. Redis refuses to begin it where it would refuse to write:
-- when it is full, loads its files, cannot write them, or is a replica now.

return 1
