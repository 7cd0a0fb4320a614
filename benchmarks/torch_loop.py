"""Inside a measuring process: the ladder's networks in PyTorch, in its plain training loop."""

import torch
from torch import nn

from benchmarks.clock import EpochClock, load_digits

NUM_CLASSES = 10


def dense():
    """Build the dense network."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, NUM_CLASSES))


def article():
    """Build the article's network."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(13 * 13 * 32, NUM_CLASSES),
    )


def strided():
    """Build the two strided convolutions."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, stride=2),
        nn.ReLU(),
        nn.Conv2d(16, 32, 5, stride=2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(4 * 4 * 32, NUM_CLASSES),
    )


def modern():
    """Build the four convolutions with batch normalisation.

    Where the stride is 2, Keras pads one row and one column, PyTorch two: the outputs have the same
    size.
    """
    blocks, channels = [], 1
    for filters, stride in ((16, 1), (32, 2), (32, 1), (64, 2)):
        convolution = nn.Conv2d(channels, filters, 3, stride=stride, padding=1, bias=False)
        blocks += [convolution, nn.BatchNorm2d(filters), nn.ReLU()]
        channels = filters
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, NUM_CLASSES)]
    return nn.Sequential(*blocks, *head)


LADDER = {
    "dense": dense,
    "article": article,
    "strided": strided,
    "modern": modern,
}


def time_torch(network, num_images, num_epochs, batch_size, threads):
    """Time epochs of PyTorch's plain loop, after one that is not counted.

    Parameters
    ----------
    network : str
        A rung of the ladder.
    num_images : int
        Images an epoch.
    num_epochs, batch_size : int
    threads : int
        Threads that PyTorch may use.

    Returns
    -------
    dict
        `images_per_second`, and `parameters`, the number of those that are trained.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    images, labels = map(torch.from_numpy, load_digits(num_images))
    images = images.permute(0, 3, 1, 2).contiguous()  # (batch, channels, height, width)
    model = LADDER[network]()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    watch = EpochClock()
    for _ in range(1 + num_epochs):
        train_epoch(model, optimizer, images, labels, batch_size)
        watch.end_epoch()
    parameters = sum(weight.numel() for weight in model.parameters())
    rate = watch.images_per_second(num_images)
    return {"images_per_second": rate, "parameters": parameters}


def train_epoch(model, optimizer, images, labels, batch_size):
    """Train once on all images, in a random order, and keep the loss and the accuracy.

    Returns
    -------
    tuple of float
        Mean loss and accuracy, as Keras shows them.
    """
    model.train()
    loss_of = nn.CrossEntropyLoss()
    total, correct = 0.0, 0
    for chosen in torch.randperm(len(images)).split(batch_size):
        optimizer.zero_grad()
        logits = model(images[chosen])
        loss = loss_of(logits, labels[chosen])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(chosen)
        correct += (logits.argmax(dim=1) == labels[chosen]).sum().item()
    return total / len(images), correct / len(images)
