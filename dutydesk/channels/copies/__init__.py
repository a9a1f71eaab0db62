"""Copies of what happens: chat robots, mail, webhooks. They tell, and never ask."""
