"""Memory accounting of process trees, and memory limits that the kernel or a watchdog holds."""
