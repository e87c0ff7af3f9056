"""Statistics of clinical validation: every number with its interval, its n and its method.

Small functions over columns. A statistic that these people can't give is a `NotEstimable`, never
an exception and never a bare NaN. What training needs as well (AUROC of weights, Wilson, logistic
fit) is written once, in ``training/metrics.py`` and ``training/logistic.py``, and read from there.
"""
