"""The queue between two threads: order, replacement, bounds."""

import threading

from tutor.worker.mailbox import Mailbox


class New(str):
    pass


def test_items_come_out_in_their_order():
    box = Mailbox()
    for item in (1, 2, 3):
        box.put(item)
    assert [box.take(), *box.drain()] == [1, 2, 3]
    assert box.take(wait=False) is None and box.drain() == []


def test_a_newer_item_takes_the_place_of_a_stale_one_of_its_type_only():
    box = Mailbox(replaceable=(New,))
    for item in ("a", New("1"), "b", New("2"), "b"):
        box.put(item)
    assert box.drain() == ["a", "b", "2", "b"]


def test_it_never_holds_more_than_its_limit():
    box = Mailbox(limit=3)
    for item in range(10):
        box.put(item)
    assert len(box) == 3 and box.drain() == [7, 8, 9]


def test_a_waiting_reader_wakes_for_an_item_and_for_the_end():
    box, got = Mailbox(), []

    def read():
        while (item := box.take()) is not None:
            got.append(item)

    reader = threading.Thread(target=read)
    reader.start()
    box.put("x")
    box.close()
    reader.join(2)
    assert not reader.is_alive() and got == ["x"]
