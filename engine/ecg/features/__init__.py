"""What rules on an ECG read: features of rhythm, P, QRS, ST and T from one analysed recording."""

from .table import EcgFeatures, ecg_features

__all__ = ["EcgFeatures", "ecg_features"]
