"""The workshop of the urgent ECG rules: how often each speaks, what is found of simulated ones."""
