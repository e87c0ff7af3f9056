"""The audit trail: the chain of events, its check, its signed checkpoints, who read what."""
