import warnings

import numpy as np
import pytest

from helpers.evaluation.splits.vault import TestVault

LABELS = np.array([0, 1, 1, 0, 1])


def test_the_first_purpose_gets_the_labels_in_silence():
    vault = TestVault(LABELS)
    np.testing.assert_array_equal(vault.open("final report"), LABELS)
    assert vault.purposes == {"final report": 1}


def test_a_cell_that_is_run_again_is_counted_and_not_warned_of():
    vault = TestVault(LABELS)
    for wording in ["Final report", " final  report", "FINAL REPORT\n"]:
        np.testing.assert_array_equal(vault.open(wording), LABELS)
    assert vault.purposes == {"Final report": 3}


def test_a_second_purpose_is_warned_of_once_and_named_with_the_first():
    vault = TestVault(LABELS, name="test images")
    vault.open("final report")
    words = "labels of test images were opened for 'final report' before; 'choose a model' is "
    with pytest.warns(UserWarning, match=words + "purpose 2.*choose on validation") as caught:
        labels = vault.open("choose a model")
    assert [warning.filename for warning in caught] == [__file__]
    np.testing.assert_array_equal(labels, LABELS)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vault.open("choose a model")
        vault.open("final report")
    with pytest.warns(UserWarning, match="'final report' before; 'one more' is purpose 3"):
        vault.open("one more")
    assert vault.purposes == {"final report": 2, "choose a model": 2, "one more": 1}


def test_the_report_has_a_line_for_each_purpose():
    vault = TestVault(LABELS, name="site A")
    assert vault.report() == "site A: not opened"
    vault.open("a")
    vault.open("a")
    with pytest.warns(UserWarning, match="purpose 2"):
        vault.open("B")
    lines = ["site A, purpose 1: a (opened 2 times)", "site A, purpose 2: B (opened once)"]
    assert vault.report().splitlines() == lines


def test_nobody_can_change_the_labels_or_the_count():
    given = LABELS.copy()
    vault = TestVault(given)
    given[:] = 1
    labels = vault.open("a")
    with pytest.raises(ValueError, match="read-only"):
        labels[0] = 1
    labels.flags.writeable = True  # it is a copy
    labels[:] = 1
    vault.purposes["a"] = 7
    np.testing.assert_array_equal(vault.open("a"), LABELS)
    assert vault.purposes == {"a": 2}


def test_a_vault_tells_its_length_and_not_its_labels():
    vault = TestVault(LABELS)
    assert len(vault) == 5
    assert repr(vault) == str(vault) == "TestVault(test, 5 cases, opened for 0 purposes)"
    vault.open("a")
    assert repr(vault) == "TestVault(test, 5 cases, opened for 1 purpose)"


def test_several_labels_a_case_keep_their_shape():
    labels = np.array([[0, 1, 1], [1, 0, 0]])
    vault = TestVault(labels)
    assert len(vault) == 2
    np.testing.assert_array_equal(vault.open("a"), labels)


def test_two_vaults_count_apart():
    first, second = TestVault(LABELS), TestVault(LABELS)
    first.open("a")
    second.open("b")
    assert (first.purposes, second.purposes) == ({"a": 1}, {"b": 1})


def test_pytest_does_not_take_the_vault_for_a_test():
    assert TestVault.__test__ is False


@pytest.mark.parametrize(
    ("labels", "kind", "message"),
    [
        ([], ValueError, r"`y_true` must have shape \(n,\) or \(n, labels\) and hold something"),
        (1, ValueError, r"got shape \(\)"),
        ([[[1]]], ValueError, r"got shape \(1, 1, 1\)"),
        ([0.2, 0.9], TypeError, "`y_true` must hold integers; got float64"),
        (["a", "b"], TypeError, "`y_true` must hold integers; got <U1"),
    ],
)
def test_what_is_no_label_is_not_kept(labels, kind, message):
    with pytest.raises(kind, match=message):
        TestVault(labels)


def test_a_name_must_be_a_text():
    with pytest.raises(TypeError, match="`name` must be a text; got 3"):
        TestVault(LABELS, name=3)


@pytest.mark.parametrize(
    ("purpose", "kind", "message"),
    [
        (None, TypeError, "`purpose` must be a text; got None"),
        ("", ValueError, "`purpose` must say what the test labels are for; got an empty text"),
        (" \n", ValueError, r'For example: vault.open\("final report"\)'),
    ],
)
def test_a_purpose_must_be_said_in_words(purpose, kind, message):
    vault = TestVault(LABELS)
    with pytest.raises(kind, match=message):
        vault.open(purpose)
    assert vault.purposes == {}
