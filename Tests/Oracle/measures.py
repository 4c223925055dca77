"""Saliency measures by pysodmetrics, and by SciPy and NumPy where pysodmetrics has no such measure."""

import warnings

import numpy as np
from py_sod_metrics import MAE, Emeasure, Fmeasure, FmeasureV2, IOUHandler, Smeasure, WeightedFmeasure
from scipy import ndimage

warnings.filterwarnings("ignore")

COLUMNS = ["mae", "adaptiveF", "meanF", "maxF", "weightedF", "sMeasure", "adaptiveE", "meanE", "maxE", "maxIoU"]
OWN_COLUMNS = ["iou50", "relaxedBoundaryF"]
ALL_COLUMNS = COLUMNS + OWN_COLUMNS


class Reference:
    """pysodmetrics over a data set."""

    def __init__(self):
        self.f, self.e, self.s, self.weighted, self.mae = Fmeasure(), Emeasure(), Smeasure(), WeightedFmeasure(), MAE()
        self.iou = FmeasureV2({"iou": IOUHandler(with_dynamic=True, with_adaptive=False)})

    def step(self, prediction, truth):
        for measure in (self.f, self.e, self.s, self.weighted, self.mae, self.iou):
            measure.step(prediction, truth)

    def last(self):
        """The measures of the image added last."""
        f, e = self.f.changeable_fms[-1], self.e.changeable_ems[-1]
        iou = self.iou._metric_handlers["iou"].dynamic_results[-1]
        return dict(zip(COLUMNS, [
            self.mae.maes[-1], self.f.adaptive_fms[-1], f.mean(), f.max(), self.weighted.weighted_fms[-1],
            self.s.sms[-1], self.e.adaptive_ems[-1], e.mean(), e.max(), iou.max()]))  # fmt: skip

    def curves(self):
        """Means over the images, thresholds 255 … 0."""
        f, e = self.f.get_results(), self.e.get_results()
        iou = self.iou.get_results()["iou"]["dynamic"]
        precision, recall = f["pr"]["p"], f["pr"]["r"]
        return {"precision": precision, "recall": recall, "F": f["fm"]["curve"], "E": e["em"]["curve"], "IoU": iou}


def probabilities(prediction):
    p = prediction / 255
    return (p - p.min()) / (p.max() - p.min()) if p.max() != p.min() else p


def intersection_over_union(prediction, truth):
    p, g = probabilities(prediction) >= 0.5, truth > 128
    return (p & g).sum() / max((p | g).sum(), 1)


def boundary(mask):
    """The mask without its erosion by a 3×3 square, the border repeated."""
    return mask ^ ndimage.minimum_filter(mask.astype(np.uint8), size=3, mode="nearest").astype(bool)


def relaxed_boundary_f(prediction, truth, rho=3, beta=0.3):
    p, g = boundary(probabilities(prediction) >= 0.5), boundary(truth > 128)
    if not p.any() or not g.any():
        return float(p.any() == g.any())
    precision = (ndimage.distance_transform_edt(~g)[p] <= rho).mean()
    recall = (ndimage.distance_transform_edt(~p)[g] <= rho).mean()
    return 0.0 if precision * recall == 0 else (1 + beta) * precision * recall / (beta * precision + recall)


def own(prediction, truth):
    """The measures that pysodmetrics lacks."""
    iou, boundary_f = intersection_over_union(prediction, truth), relaxed_boundary_f(prediction, truth)
    return dict(zip(OWN_COLUMNS, (iou, boundary_f)))
