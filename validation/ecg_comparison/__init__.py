"""An ECG beside an earlier one: what is called new where nothing is, and what is found of a change.

``python -m laennec.validation.ecg_comparison --out DIR [--data DIR]`` writes ``report.json`` and
``report.md``.
"""
