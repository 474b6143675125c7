"""What a pull asks for comes from a real training process."""

from tests.worker.experiments import load
from tests.worker.talk import wait_for_event
from tutor.worker.protocol import Pull, Reported, Step


def test_a_pull_is_answered_with_the_details_of_its_topics_and_no_others(shared_client):
    shared_client.send(load())
    shared_client.send(Step())
    shared_client.send(Pull(["health", "inspection", "pre_activations"], layer=1, unit=0, example=2))
    report = wait_for_event(shared_client, Reported).report
    assert [layer.name for layer in report.health.layers] == ["dense_1", "dense_2"]
    assert (report.inspection.layer, report.inspection.example) == ("dense_2", 2)
    assert (report.pre_activations.layer, report.pre_activations.function) == ("dense_2", "sigmoid")
    assert report.drawing is report.confusion is None
    shared_client.send(Pull(["drawing", "picture"]))
    report = wait_for_event(shared_client, Reported).report
    assert len(report.drawing.layers) == 3 and report.confusion is not None
    assert report.health is report.inspection is report.pre_activations is None
