-- Changes nothing. Redis refuses it when it would refuse a write: when it is
-- full, loads its files, cannot write them, or is a replica now.

return 1
