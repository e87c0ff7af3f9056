"""Study 4: ECG statements with each source left out, beside guideline rules and boosting."""
