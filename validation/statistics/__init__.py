"""Statistics of clinical validation: every number with its interval, its n and its method.

Small functions over columns. A statistic that these people can't give is a `NotEstimable`, never
an exception and never a bare NaN. What training needs as well (AUROC of weights, logistic fit,
Wilson) is written once, in ``training/metrics.py``, and read from there.
"""
