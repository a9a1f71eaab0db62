"""A name that is a place's own business, and must never be more than a name."""

NASTY = "</script><b>'\"&{{ 7*7 }}{% raw %}东村"
