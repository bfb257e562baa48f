"""What tests against a running lab stand on."""
