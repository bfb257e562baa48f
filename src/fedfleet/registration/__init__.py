"""Registration: a party's keys and card, the exchange's admission of it, and what the party makes of that."""
