"""Maps of the desk for people without it, and the distances between things. Heavy libraries load only when used."""
