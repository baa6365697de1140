"""Printers that fail in every way while the box is killed: the short form of `paper_night`."""

from pathlib import Path

from tests.faults.paper_night import play


def test_no_ticket_is_lost_and_none_comes_twice_without_saying_so(tmp_path: Path) -> None:
    verdict, faults = play(tmp_path, orders=40, kills=2, seed=7)
    print(verdict, f"{faults} faults")
    assert verdict.owed >= 40
    assert faults > 3
    assert verdict.sound, (verdict.lost, verdict.doubled_unmarked, verdict.out_of_order)
