"""The desks: claim due rows, decide with pure functions, save in one transaction. No SQL, no HTTP, no SDK."""
