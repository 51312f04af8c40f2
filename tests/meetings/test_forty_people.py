"""Forty people write needs at once, through web servers as in production; `make bench-room` takes 60 s."""

import os

from benchmarks import room

SECONDS = 8


def test_none_is_lost_none_doubled_and_the_screen_costs_little():
    outcome = room.run(os.environ.get("DATABASE_URL", ""), seconds=SECONDS)
    assert outcome.refused == []
    assert len(outcome.accepted) >= 3 * room.PEOPLE
    assert outcome.sent > len(outcome.accepted)
    assert outcome.lost == set()
    assert outcome.doubled == []
    assert outcome.misplaced == []
    assert outcome.unseen == set()
    assert outcome.longest_unseen < 5
    assert len(outcome.quiet) >= room.QUIET_POLLS
    assert max(poll.queries for poll in outcome.polls) <= 5
    assert max(poll.size for poll in outcome.quiet) < 1000
