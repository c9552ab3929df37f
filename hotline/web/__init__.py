"""Web talks: HTTP for programs and people; no query and no rule of its own."""
