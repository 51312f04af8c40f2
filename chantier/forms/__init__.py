"""What people may write about who takes part."""
