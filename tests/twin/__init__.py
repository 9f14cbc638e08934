"""Twins: servers on loopback that stand for the systems FITGate talks to."""
