"""What will happen, who will leave, what moved, what it is worth: functions from frame to frame.

None of them fetches: each takes plain frames, in units that its docstring names, and gives a frame whose
`attrs["account"]` says in words what was done. `analytics_lib.modelling` asks them about a database.
"""
