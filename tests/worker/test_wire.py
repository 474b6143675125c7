"""Frames on a socket: whole messages, broken ones, and the end."""

import socket
import struct
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.worker.wire import MAX_FRAME, BrokenStream, Channel


@settings(max_examples=20)
@given(st.lists(st.binary(max_size=300), max_size=5))
def test_messages_arrive_whole_and_in_order(messages):
    here, there = socket.socketpair()
    with here, there:
        sender, receiver = Channel(here), Channel(there)
        for message in messages:
            sender.send(message)
        sender.close()
        assert [receiver.receive() for _ in messages] == messages
        assert receiver.receive() is None


def test_a_message_larger_than_the_sockets_buffer_arrives_whole():
    here, there = socket.socketpair()
    with here, there:
        message = bytes(range(256)) * 20_000
        thread = threading.Thread(target=Channel(here).send, args=(message,))
        thread.start()
        assert Channel(there).receive() == message
        thread.join()


def test_an_absurd_length_is_refused_before_memory_is_taken():
    here, there = socket.socketpair()
    with here, there:
        here.sendall(struct.pack(">I", MAX_FRAME + 1))
        with pytest.raises(BrokenStream):
            Channel(there).receive()


def test_a_message_cut_off_is_the_end():
    here, there = socket.socketpair()
    with there:
        here.sendall(struct.pack(">I", 100) + b"only this")
        here.close()
        assert Channel(there).receive() is None
