"""dutydesk: the duty desk that calls until somebody answers."""
