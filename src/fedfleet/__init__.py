"""FedFleet: a federation of parties and an exchange, from an inventory to a proven connection."""
