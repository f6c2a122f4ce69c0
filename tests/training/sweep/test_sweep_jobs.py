"""Where a sweep stands, worked out from its trials alone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial

from training.runs import Result
from training.sweep.storage import RETRIES
from training.sweep.study import jobs_of

RESULT = Result("finished", 3, 2, 6.0, 100, 0.1, 0.97, None, None, "m.onnx", 1)
FAIL, COMPLETE, PRUNED = TrialState.FAIL, TrialState.COMPLETE, TrialState.PRUNED
RUNNING, WAITING = TrialState.RUNNING, TrialState.WAITING


def trial(number: int, state: TrialState, first: int | None = None, losses: int = 0, **notes: Any):
    """A trial; a retry names the first try and counts the losses so far."""
    made = create_trial(
        state=state,
        value=0.1 if state is COMPLETE else None,
        params={"dropout": 0.2},
        distributions={"dropout": FloatDistribution(0, 1)},
        user_attrs={"attempt": number} | notes,
        system_attrs={}
        if first is None
        else {"failed_trial": first, "retry_history": list(range(losses))},
    )
    made.number = number
    return made


def done(number: int, first: int | None = None) -> FrozenTrial:
    return trial(number, COMPLETE, first, result=asdict(RESULT))


def states(*trials: FrozenTrial, count: int = 1) -> list[str]:
    return [job.state for job in jobs_of(trials, count)]


def test_a_job_goes_from_waiting_to_done():
    assert states() == ["waiting"]
    assert states(trial(0, WAITING)) == ["waiting"]
    assert states(trial(0, RUNNING)) == ["running"]
    assert states(done(0)) == ["done"]
    assert states(done(0), trial(1, RUNNING), count=3) == ["done", "running", "waiting"]


def test_a_retry_belongs_to_the_job_of_its_first_try():
    trials = [done(0), trial(1, FAIL), trial(2, RUNNING), trial(3, WAITING, first=1), done(4)]
    jobs = jobs_of(trials, 5)
    assert [job.state for job in jobs] == ["done", "waiting", "running", "done", "waiting"]
    assert [[each.number for each in job.attempts] for job in jobs] == [[0], [1, 3], [2], [4], []]


def test_what_two_workers_began_at_the_same_time_is_left_over():
    assert states(done(0), trial(1, RUNNING), trial(2, PRUNED), trial(3, RUNNING), count=2) == [
        "done",
        "running",
    ]
    twice = [trial(0, FAIL), trial(1, RUNNING, first=0), trial(2, WAITING, first=0)]
    (job,) = jobs_of(twice, 1)
    assert (job.state, job.trial.number) == ("running", 1)
    (job,) = jobs_of([trial(0, FAIL), trial(1, PRUNED, first=0), done(2, first=0)], 1)
    assert (job.state, len(job.attempts)) == ("done", 2)


def test_what_failed_by_itself_is_not_tried_again():
    (job,) = jobs_of([trial(0, FAIL, error="the loss became nan")], 1)
    assert (job.state, job.error, job.losses) == ("failed", "the loss became nan", 0)


def test_what_was_lost_is_tried_again_but_not_for_ever():
    (job,) = jobs_of([trial(0, FAIL)], 1)
    assert (job.state, job.losses, job.is_forgotten) == ("waiting", 1, True)
    (job,) = jobs_of([trial(0, FAIL), trial(1, FAIL, 0, RETRIES)], 1)
    assert (job.state, job.error) == ("failed", "its worker was killed 4 times")
    assert not job.is_forgotten


def test_who_claimed_a_trial_and_noted_nothing_may_be_gone():
    assert jobs_of([trial(0, RUNNING, attempt=-1)], 1)[0].is_forgotten
    assert jobs_of([trial(0, FAIL), trial(1, RUNNING, 0, 1, attempt=0)], 1)[0].is_forgotten
    assert not jobs_of([trial(0, RUNNING)], 1)[0].is_forgotten


@pytest.mark.parametrize(
    "notes",
    [{"result": {"how": "finished"}}, {"result": None}, {"share": "half"}, {"worker": [1]}],
)
def test_notes_that_are_none_of_a_worker_do_no_harm(notes):
    (job,) = jobs_of([trial(0, COMPLETE, **notes)], 1)
    assert (job.state, job.error) == ("failed", "it has no result")
