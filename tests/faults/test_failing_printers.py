"""Printers that fail in every way while the box dies: the short forms of `paper_night` and `two_faults`."""

from pathlib import Path

import pytest

from tests.faults.paper_night import play
from tests.faults.two_faults import Proof, pairs
from tests.faults.two_faults import play as play_pairs


def test_no_ticket_is_lost_and_none_comes_twice_without_saying_so(tmp_path: Path) -> None:
    verdict, faults = play(tmp_path, orders=40, kills=2, seed=7)
    print(verdict, f"{faults} faults")
    assert verdict.owed >= 40
    assert faults > 3
    assert verdict.sound, (verdict.lost, verdict.doubled_unmarked, verdict.out_of_order)


@pytest.mark.parametrize(("proof", "every"), [("A", 67), ("B", 149), ("C", 149), ("D", 149)])
async def test_two_faults_lose_no_ticket_and_double_none_unmarked(tmp_path: Path, proof: Proof, every: int) -> None:
    chosen = pairs()[::every]
    told, bad = await play_pairs(tmp_path, chosen, proof)
    print(proof, dict(told))
    assert told.total() == len(chosen)
    assert not bad
