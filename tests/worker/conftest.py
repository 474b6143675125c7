"""A running training process, shared where a test does not harm it."""

from collections.abc import Iterator

import pytest

from tests.worker.experiments import load
from tests.worker.paper import Conversation
from tests.worker.talk import wait_for_event
from tutor.worker.client import WorkerClient
from tutor.worker.protocol import Ready


@pytest.fixture
def client() -> Iterator[WorkerClient]:
    with WorkerClient() as client:
        wait_for_event(client, Ready)
        yield client


@pytest.fixture(scope="module")
def shared_client() -> Iterator[WorkerClient]:
    """One for a whole file; each test loads its own run into it."""
    with WorkerClient() as client:
        wait_for_event(client, Ready)
        yield client


@pytest.fixture
def talk():
    """A host of paper with XOR set up."""
    conversation = Conversation()
    conversation.say(load())
    return conversation
