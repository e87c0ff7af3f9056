"""Study 3: the delineator on LUDB beside NeuroKit2, with the CSE tolerances.

python -m laennec.validation.ecg_delineation --data DIR --out docs/studies/ecg_delineation
"""
