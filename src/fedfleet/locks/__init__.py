"""One run at a time on one site: a Lease in the site's namespace, held for as long as the run's process lives."""
