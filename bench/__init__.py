"""What the speed claims come from: `make bench` runs every module here and prints one table."""
