"""The question of this folder: how do programs, agents and people reach the engine over a wire?

service.py   the one object behind every surface: a pool for searches, one lane for writes, limits
access.py    who asks, and what they may (tokens)          view.py   what they can see (tenancy)
refusals.py  why a server says no                          client.py a server, asked from a command
http/        HTTP                                          mcp/      the Model Context Protocol
"""
