"""The lecturer's tool: release the assignments, and grade what comes back."""
