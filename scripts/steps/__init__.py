"""The steps from a bare machine to a working portal, with the standard library only."""
