"""One-time codes by SMS: one a minute, valid five minutes, bound to case, person, room, purpose and session."""
