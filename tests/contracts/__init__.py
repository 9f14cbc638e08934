"""What every adapter of a port must do, the fake ones too."""
