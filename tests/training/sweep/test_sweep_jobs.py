"""Where a sweep stands, worked out from its trials; and who is taken for dead."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial

from training.runs import Result
from training.sweep.jobs import LOSSES, Attempt, Beat, Notes, Watch, jobs_of

RESULT = Result("finished", 3, 2, 6.0, 100, 0.1, 0.97, None, None, "m.onnx", 1)
FAIL, COMPLETE = TrialState.FAIL, TrialState.COMPLETE
RUNNING, WAITING = TrialState.RUNNING, TrialState.WAITING


def trial(number: int, state: TrialState, job: Any = 0, attempt: Any = 0, **notes: Any):
    made = create_trial(
        state=state,
        value=0.1 if state is COMPLETE else None,
        params={"dropout": 0.2},
        distributions={"dropout": FloatDistribution(0, 1)},
        user_attrs={"job": job, "attempt": attempt} | notes,
    )
    made.number, made._trial_id = number, number + 100
    return made


def done(number: int, job: int = 0, attempt: int = 0) -> FrozenTrial:
    return trial(number, COMPLETE, job, attempt, result=asdict(RESULT))


def states(*trials: FrozenTrial, count: int = 1) -> list[str]:
    return [job.state for job in jobs_of(trials, count)]


def test_a_job_goes_from_missing_to_done():
    assert states() == ["missing"]
    assert states(trial(0, WAITING)) == ["waiting"]
    assert states(trial(0, RUNNING)) == ["running"]
    assert states(done(0)) == ["done"]
    assert states(done(3, job=2), trial(1, RUNNING, 1), count=3) == ["missing", "running", "done"]


def test_what_failed_by_itself_is_not_tried_again():
    (job,) = jobs_of([trial(0, FAIL, error="the loss became nan")], 1)
    assert (job.state, job.error) == ("failed", "the loss became nan")


def test_what_was_lost_is_tried_again_but_not_for_ever():
    lost = [trial(i, FAIL, attempt=i) for i in range(LOSSES)]
    (job,) = jobs_of(lost, 1)
    assert (job.state, job.lost, dict(job.latest.params)) == ("missing", 3, {"dropout": 0.2})
    assert states(*lost, trial(9, WAITING, attempt=LOSSES)) == ["waiting"]
    (job,) = jobs_of([*lost, trial(9, FAIL, attempt=LOSSES)], 1)
    assert (job.state, job.error) == ("failed", "its worker was killed 4 times")


def test_what_was_put_back_on_request_does_not_count_as_lost():
    back = [trial(i, FAIL, attempt=i, put_back=True) for i in range(20)]
    assert states(*back) == ["missing"]


def test_of_the_same_attempt_twice_the_earlier_trial_counts():
    twice = [trial(5, WAITING), trial(4, RUNNING)]
    (job,) = jobs_of(twice, 1)
    assert [attempt.number for attempt in job.attempts] == [4]


@pytest.mark.parametrize(
    "strange",
    [
        trial(0, WAITING, job=-1),
        trial(0, WAITING, job=1),
        trial(0, WAITING, job="x"),
        trial(0, WAITING, job=None),
        trial(0, WAITING, attempt=7),
        trial(0, COMPLETE),
        trial(0, COMPLETE, result={"how": "finished"}),
        trial(0, RUNNING, beat="now"),
        create_trial(state=WAITING),
    ],
)
def test_strangers_trials_are_left_out(strange):
    assert states(strange) == ["missing"]
    strange.number = 0
    assert states(strange, done(1)) == ["done"]


def running(id_: int, beats: int | None = None) -> Attempt:
    beat = None if beats is None else Beat(beats)
    return Attempt(id_, id_, RUNNING, {}, {}, None, Notes(0, 0, beat=beat))


def test_a_worker_without_a_new_sign_of_life_is_dead_after_the_grace():
    watch = Watch(grace=10)
    for now in (0, 4, 8):
        assert watch.dead([running(1, 1), running(2)], now) == []
    assert watch.dead([running(1, 2), running(2)], 11) == [running(2)]
    assert watch.dead([running(1, 2)], 15) == []
    assert watch.dead([running(1, 2)], 20) == []
    assert watch.dead([running(1, 2)], 22) == [running(1, 2)]


def test_a_watch_that_slept_blames_nobody():
    watch = Watch(grace=10)
    assert watch.dead([running(1, 1)], 0) == []
    assert watch.dead([running(1, 1)], 1_000) == []
    assert watch.dead([running(1, 1)], 1_004) == []
    assert watch.dead([running(1, 1)], 1_008) == []
    assert watch.dead([running(1, 1)], 1_011) == [running(1, 1)]


def test_a_finished_attempt_is_forgotten():
    watch = Watch(grace=10)
    assert watch.dead([running(1, 1)], 0) == []
    assert watch.dead([], 4) == []
    assert watch.dead([running(1, 1)], 8) == []
    assert watch.dead([running(1, 1)], 12) == []
