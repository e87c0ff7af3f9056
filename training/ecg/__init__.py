"""Training on the public ECG sets at full scale: tasks, shards, network, scores."""
