"""Laennec: explained pre-diagnosis of silent disease, confirmed by a physician.

Evaluation use. Not CE marked. Not for diagnosis.
"""
