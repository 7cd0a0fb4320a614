"""Scores that others have published, to set beside our own."""

from pathlib import Path

from helpers.data import medmnist
from helpers.data.catalogue import check_name

# `digits` is too small a set for published scores of its own; those on MNIST say how far one
# can get. Their test images are others and ten times as many.
SAME_AS = {"digits": "mnist"}


def published_results(name):
    """Return the published test scores on a data set.

    Parameters
    ----------
    name : str or path
        As in `load_dataset`. All sizes of a MedMNIST set have the same table, whose methods name
        the size used; "digits" has that of MNIST.

    Returns
    -------
    pandas.DataFrame
        Columns method, auc, accuracy (both 0 to 1, nan where not published), num_test (cases in
        the test split of the source), source. No rows where nothing is published.

    Raises
    ------
    TypeError, ValueError
        If the name is unknown.

    Notes
    -----
    Of several classes, `auc` is the unweighted mean of the AUCs of one class against the rest.

    References
    ----------
    .. [1] Yang et al.: MedMNIST v2. Scientific Data 10:41, 2023.
           https://doi.org/10.1038/s41597-022-01721-8

    Examples
    --------
    >>> table = published_results("breastmnist").set_index("method")
    >>> float(table.loc["ResNet-18 (28)", "accuracy"]), int(table.loc["AutoKeras", "num_test"])
    (0.863, 156)

    Introduced in notebook 04, *Published results*.
    """
    import pandas as pd

    name = check_name(name)
    name, _ = medmnist.names().get(name, (name, None))
    table = pd.read_csv(Path(__file__).with_name("published.csv"))
    rows = table[table["set"] == SAME_AS.get(name, name)]
    return rows.drop(columns="set").reset_index(drop=True)
