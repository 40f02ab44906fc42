"""The rig beside its peers on this machine: load generators against one mock, servers under one load."""
