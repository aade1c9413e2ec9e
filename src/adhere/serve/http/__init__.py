"""Over HTTP: `application(service)` is the whole server, with its documentation under /docs.

app.py       what is there        guards.py    what every request passes first
bodies.py    what requests say    problems.py  the one place where errors become HTTP
search.py  documents.py  similar.py (the shapes of other systems)  house.py (health, metrics, schema)
"""
