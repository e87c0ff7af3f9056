"""Study 5: what disturbs an ECG, what the chain then refuses, and what it still says wrongly.

python -m laennec.validation.ecg_robustness --data DIR --out docs/studies/ecg_robustness
"""
