"""The ECG signal chain: from a typed signal to measurements that carry their uncertainty."""
