"""An evaluation as one JSON object, for machines: ``evaluation.json``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from training.measure.comparison import Pairs
from training.measure.evaluation import POSSIBLE, SURE, Evaluation, Result
from training.measure.robustness import Curve
from training.measure.scores import BINS, Reliability, Scores
from training.measure.share import Share
from training.measure.writers import FEWEST, WANTED, WriterScores


def to_json(result: Result) -> str:
    """The record, indented; shares are 0..1, and what is unknown is left out."""
    drawings = result.evaluations[0].drawings
    record: dict[str, Any] = {
        "command": result.command,
        "data": {
            "name": result.data,
            "drawings": len(drawings),
            "unreadable": drawings.problems,
        },
        "models": [_evaluation(evaluation) for evaluation in result.evaluations],
    }
    if result.pairs:
        record["comparison"] = _comparison(result.pairs)
    for model, curves in zip(record["models"], result.curves, strict=False):
        model["robustness"] = [_curve(curve) for curve in curves]
    return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _evaluation(evaluation: Evaluation) -> dict[str, Any]:
    record: dict[str, Any] = {"name": evaluation.model, "labels": list(evaluation.labels)}
    if evaluation.scores:
        record["accuracy"] = _share(evaluation.accuracy)
        record["class_balanced_accuracy"] = round(evaluation.balanced, 6)
        record["per_class"] = _per_class(evaluation.scores, evaluation.labels)
        record["confusion"] = evaluation.scores.confusion.tolist()
        record["calibration"] = _calibration(evaluation.calibration_error, evaluation.reliability)
        record["mistakes"] = _answers(evaluation, evaluation.mistakes().tolist())
        record["confidence_of_mistakes"] = _confidence(evaluation)
    if evaluation.writers:
        record["writers"] = _writers(evaluation.writers)
    if evaluation.threshold is not None:
        record["rejection"] = {
            "threshold": evaluation.threshold,
            "known": _share(evaluation.rejected_known),
            "others": _share(evaluation.rejected_others),
            "accuracy_of_accepted": _share(evaluation.accepted_accuracy),
            "rejected": _answers(evaluation, evaluation.rejected().tolist()),
        }
        if evaluation.auroc is not None:
            record["rejection"]["auroc"] = round(evaluation.auroc, 6)
    return record


def _share(share: Share) -> dict[str, Any]:
    counts = {"count": share.part, "total": share.total}
    if not share.total:
        return counts
    interval = [round(bound, 6) for bound in share.interval]
    return counts | {"share": round(share.value, 6), "interval95": interval}


def _per_class(scores: Scores, labels: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "class": label,
            "recall": _share(Share(int(row[i]), int(row.sum()))),
            "precision": _share(Share(int(row[i]), int(scores.confusion[:, i].sum()))),
        }
        for i, (label, row) in enumerate(zip(labels, scores.confusion, strict=True))
    ]


def _calibration(error: float, table: Reliability) -> dict[str, Any]:
    columns = (table.edges[:-1], table.edges[1:], table.counts, table.confidence, table.accuracy)
    rows = zip(*(column.round(6).tolist() for column in columns), strict=True)
    return {
        "expected_calibration_error": round(error, 6),
        "definition": f"Guo et al. 2017, {BINS} bins of equal width of the top probability",
        "bins": [
            {"above": low, "up_to": high, "count": count}
            | ({"confidence": confidence, "accuracy": accuracy} if count else {})
            for low, high, count, confidence, accuracy in rows
        ],
    }


def _confidence(evaluation: Evaluation) -> dict[str, Any]:
    wrong = evaluation.confidence_of_mistakes
    return {
        **({"mean": round(float(wrong.mean()), 6)} if len(wrong) else {}),
        f"above_{SURE}": _share(evaluation.sure_mistakes),
        f"meant_at_least_{POSSIBLE}": _share(evaluation.possible_mistakes),
    }


def _writers(writers: WriterScores) -> dict[str, Any]:
    """Those with enough drawings, the worst first."""
    return {
        "at_least": FEWEST,
        "median": round(writers.median, 6),
        f"below_{WANTED}": _share(writers.below),
        "each": [{"writer": w.name, **_share(w.read)} for w in writers.ranked],
    }


def _answers(evaluation: Evaluation, indices: Sequence[int]) -> list[dict[str, Any]]:
    scores = evaluation.readings.digit_scores
    answers = []
    for i in indices:
        row = evaluation.readings.probabilities[i]
        answer = {
            "place": evaluation.drawings.places[i],
            "label": evaluation.drawings.labels[i],
            "read_as": evaluation.labels[int(row.argmax())],
            "probability": round(float(row.max()), 6),
        }
        if scores is not None:
            answer["digit_score"] = round(float(scores[i]), 6)
        answers.append(answer)
    return answers


def _comparison(pairs: Pairs) -> dict[str, Any]:
    return {
        "both": pairs.both,
        "only_first": pairs.only_first,
        "only_second": pairs.only_second,
        "neither": pairs.neither,
        "difference": round(pairs.difference, 6),
        "interval95": [round(bound, 6) for bound in pairs.interval()],
        "interval_method": "Newcombe 1998, method 10, for paired proportions",
        "mcnemar_exact_p": float(f"{pairs.mcnemar():.4g}"),
    }


def _curve(curve: Curve) -> dict[str, Any]:
    sweep = curve.sweep
    return {
        "disturbance": sweep.name,
        "unit": sweep.unit,
        "undisturbed": _share(Share(curve.plain, curve.total)),
        "steps": [
            {"strength": float(strength), **_share(Share(correct, curve.total))}
            for strength, correct in zip(sweep.strengths, curve.correct, strict=True)
        ],
        "cost_in_points": {f"{s:g}": round(curve.cost(s), 4) for s in sweep.reported},
    }
