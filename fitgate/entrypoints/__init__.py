"""Where the world comes in: argv, the environment, the clock."""
