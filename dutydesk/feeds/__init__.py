"""Readers of the formats warnings come in. A feed parses bytes into alerts and never fetches anything."""
