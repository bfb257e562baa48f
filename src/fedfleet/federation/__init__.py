"""The rules of a federation, pure: sites, endpoints, cards, admissions, rosters, routes, states. No I/O."""
