"""What happens in the network: each event is a function, one transaction, its trace in it."""
