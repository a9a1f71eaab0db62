"""Lists of responsible people as offices keep them: read, joined, put into contacts/, handed back with marked cells.

Nothing is guessed in silence: what is not certain is marked in the cell where it stands and not taken.
"""
