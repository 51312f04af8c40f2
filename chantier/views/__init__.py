"""Pages about who takes part, and how they come in."""
