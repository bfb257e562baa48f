"""Label selectors, written as the API's queries want them."""

from fedfleet.kube.selectors import selector_text


def test_labels_are_joined() -> None:
    assert selector_text({"matchLabels": {"app": "nginx", "tier": "outer"}}) == "app=nginx,tier=outer"


def test_every_kind_of_expression_is_written() -> None:
    rules = [
        {"key": "a", "operator": "In", "values": ["x", "y"]},
        {"key": "b", "operator": "NotIn", "values": ["z"]},
        {"key": "c", "operator": "Exists"},
        {"key": "d", "operator": "DoesNotExist"},
    ]
    assert selector_text({"matchExpressions": rules}) == "a in (x,y),b notin (z),c,!d"


def test_nothing_selects_everything() -> None:
    assert selector_text({}) == ""
