"""The ways out of the house: one short module per provider, behind one guard."""
