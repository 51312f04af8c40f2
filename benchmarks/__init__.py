"""What the portal's pages cost, each beside a floor measured in the same run: `make bench`."""
