"""The delineator, a second method and the leads with each other, condition by condition.

``python -m laennec.validation.ecg_agreement --out DIR`` writes ``report.json`` and ``report.md``.
"""
