"""Where the course's images come from: one way to load any data set by its name."""

from helpers.data.catalogue import check_dataset as check_dataset  # for the command line
from helpers.data.dataset import DataError, DataInfo, Dataset, Sample, Split
from helpers.data.download import data_folder
from helpers.data.published import published_results
from helpers.data.registry import fetch, list_datasets, load_dataset, load_sample

__all__ = [  # what the lessons call
    "DataError",
    "DataInfo",
    "Dataset",
    "Sample",
    "Split",
    "data_folder",
    "fetch",
    "list_datasets",
    "load_dataset",
    "load_sample",
    "published_results",
]
