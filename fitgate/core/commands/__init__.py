"""What people ask of FITGate in comments: read, weighed, and turned into what is to be recorded."""
