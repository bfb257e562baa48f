from fedfleet.validation.inputs import digest, mounted_config, public_parts


def test_the_order_of_keys_does_not_change_the_digest() -> None:
    assert digest([{"a": 1, "b": 2}]) == digest([{"b": 2, "a": 1}])


def test_another_image_changes_the_digest() -> None:
    assert digest([{"image": "fate:2.2.0"}]) != digest([{"image": "fate:2.2.1"}])


def test_projected_config_counts_as_mounted() -> None:
    template = {
        "spec": {
            "volumes": [
                {"name": "a", "configMap": {"name": "plain"}},
                {"name": "b", "projected": {"sources": [{"configMap": {"name": "inside"}}, {"secret": {"name": "key"}}]}},
                {"name": "c", "secret": {"secretName": "cert"}},
                {"name": "d", "emptyDir": {}},
            ]
        }
    }
    assert mounted_config(template) == (frozenset({"plain", "inside"}), frozenset({"key", "cert"}))


def test_keys_and_passwords_are_no_public_parts() -> None:
    secret = {"data": {"tls.crt": "c", "tls.key": "k", "broker.cert.pem": "b", "broker.key-pk8.pem": "k", "password": "p"}}
    assert public_parts(secret) == {"tls.crt": "c", "broker.cert.pem": "b"}
