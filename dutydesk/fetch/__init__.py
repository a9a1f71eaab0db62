"""The doors documents come in by: watched folders. A door carries bytes and never reads what they mean."""
