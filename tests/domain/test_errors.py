import pytest

from billing_tui.domain import errors


class CustomerNotFound(errors.NotFound):
    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__("Customer not found", f"There is no customer {reference}.")


class HTTPAddressRefused(errors.Refused):
    pass


def test_a_case_has_a_title_a_sentence_a_code_and_its_facts() -> None:
    with pytest.raises(errors.BillingError, match=r"^There is no customer C-00001\.$") as caught:
        raise CustomerNotFound("C-00001")
    assert isinstance(caught.value, CustomerNotFound)
    assert (caught.value.title, caught.value.code) == ("Customer not found", "customer_not_found")
    assert caught.value.reference == "C-00001"


def test_a_code_is_made_of_the_words_of_its_name() -> None:
    assert errors.InputError("t", "m").code == "input_error"
    assert HTTPAddressRefused("t", "m").code == "http_address_refused"


def test_every_kind_is_a_billing_error() -> None:
    kinds = {kind.__name__ for kind in errors.BillingError.__subclasses__()}
    assert kinds >= {"InputError", "NotFound", "Refused", "NotAllowed", "Conflict"}
    assert kinds >= {"StoreError", "CredentialError", "IntegrityError"}
