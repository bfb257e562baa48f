"""What a site needs before anything is touched, and the ladder of proofs afterwards."""
