import math

import numpy as np
import pytest
from numpy.polynomial.laguerre import lagval

from helpers.observers import (
    build_channelised_hotelling_observer,
    build_hotelling_observer,
    gabor_channels,
    laguerre_gauss_channels,
    template_detectability,
)
from tests.observers.examples import (
    CORRELATED,
    SHAPE,
    SIGNAL,
    assert_within_error,
    draw_noise,
)
from tests.tolerances import EXACT64


@pytest.mark.reference("gabor_channels")
def test_gabor_channels_pixel_by_pixel():
    channels = gabor_channels((4, 6), frequencies=[0.1, 0.3], num_orientations=3, centre=(1, 2.5))
    assert channels.shape == (12, 4, 6)
    for k, wave in enumerate([math.cos, math.sin] * 6):
        f, angle = [0.1, 0.3][k // 6], math.pi * (k // 2 % 3) / 3
        for i in range(4):
            for j in range(6):
                down, right = i - 1, j - 2.5
                along = right * math.cos(angle) + down * math.sin(angle)
                width = 6 * math.log(2) / (math.pi * f)
                window = 2 ** (-4 * (down**2 + right**2) / width**2)
                expected = window * wave(2 * math.pi * f * along)
                np.testing.assert_allclose(channels[k, i, j], expected, **EXACT64)


@pytest.mark.law("gabor_channels")
@pytest.mark.parametrize("frequency", [3 / 64, 3 / 32, 3 / 16])
def test_gabor_channels_are_one_octave_wide(frequency):
    # the spectrum has half its height at 2/3 and at 4/3 of the frequency: a factor of two
    (even, _), size = gabor_channels((3, 401), frequencies=[frequency], num_orientations=1), 401
    line, places = even[1], np.arange(size) - 200
    heights = [
        np.sum(line * np.cos(2 * np.pi * f * places))
        for f in (2 / 3 * frequency, frequency, 4 / 3 * frequency)
    ]
    np.testing.assert_allclose(heights / heights[1], [0.5, 1, 0.5], rtol=1e-6)


def test_the_first_gabor_orientation_varies_along_the_columns():
    even, odd = gabor_channels((9, 11), frequencies=[0.2], num_orientations=1)
    np.testing.assert_allclose(odd[:, 5], 0, atol=1e-15)
    np.testing.assert_allclose(odd, -odd[:, ::-1], **EXACT64)
    np.testing.assert_allclose(even, even[::-1], **EXACT64)


@pytest.mark.reference("laguerre_gauss_channels")
def test_laguerre_gauss_channels_by_the_polynomials_of_numpy():
    channels = laguerre_gauss_channels((4, 6), width=3.0, num_channels=4, centre=(2, 1.5))
    assert channels.shape == (4, 4, 6)
    for i in range(4):
        for j in range(6):
            t = math.pi * ((i - 2) ** 2 + (j - 1.5) ** 2) / 9
            expected = [
                math.sqrt(2) / 3 * math.exp(-t) * lagval(2 * t, np.eye(4)[k]) for k in range(4)
            ]
            np.testing.assert_allclose(channels[:, i, j], expected, **EXACT64)


@pytest.mark.law("laguerre_gauss_channels")
def test_laguerre_gauss_channels_are_orthonormal():
    rows = laguerre_gauss_channels((41, 44), width=9.0, num_channels=5).reshape(5, -1)
    np.testing.assert_allclose(rows @ rows.T, np.eye(5), atol=1e-6)


def small_channels():
    return np.concatenate(
        [
            gabor_channels(SHAPE, frequencies=[0.1], num_orientations=2, centre=(1, 2)),
            laguerre_gauss_channels(SHAPE, width=4.0, num_channels=2, centre=(1, 1)),
        ]
    )


@pytest.mark.reference("build_channelised_hotelling_observer")
def test_the_channelised_observer_is_hotelling_among_channel_scores():
    channels = small_channels()
    rows = channels.reshape(len(channels), -1)
    inner = rows @ CORRELATED @ rows.T
    weights = np.linalg.solve(inner, rows @ SIGNAL.ravel())
    observer = build_channelised_hotelling_observer(channels, SIGNAL, CORRELATED)
    np.testing.assert_allclose(observer.template.ravel(), weights @ rows, rtol=1e-8, atol=1e-8)
    snr = template_detectability(observer.template, SIGNAL, CORRELATED)
    np.testing.assert_allclose(observer.snr, snr, rtol=1e-9)


@pytest.mark.reference("build_channelised_hotelling_observer")
def test_the_channelised_closed_form_holds_on_simulated_images():
    observer = build_channelised_hotelling_observer(small_channels(), SIGNAL, CORRELATED)
    generator = np.random.default_rng(0)
    absent = observer.score(draw_noise(generator, 8000))
    present = observer.score(draw_noise(generator, 8000) + SIGNAL)
    spread = np.sqrt((absent.var() + present.var()) / 2)
    error = np.sqrt(2 / 8000 + observer.snr**2 / (4 * 8000))
    assert_within_error((present.mean() - absent.mean()) / spread, observer.snr, error)


@pytest.mark.law("build_channelised_hotelling_observer")
@pytest.mark.parametrize("covariance", [0.7, CORRELATED], ids=["white", "correlated"])
def test_more_channels_never_hurt_and_all_channels_are_hotelling(covariance):
    best = build_hotelling_observer(SIGNAL, covariance)
    channels = np.random.default_rng(1).standard_normal((35, *SHAPE))
    snrs = [
        build_channelised_hotelling_observer(channels[:count], SIGNAL, covariance).snr
        for count in (1, 3, 10, 30, 35)
    ]
    assert (np.diff(snrs) > 0).all()
    full = build_channelised_hotelling_observer(channels, SIGNAL, covariance)
    np.testing.assert_allclose(full.snr, best.snr, rtol=1e-8)
    np.testing.assert_allclose(full.template, best.template, rtol=1e-6, atol=1e-6)


def test_dependent_channels_do_no_harm():
    channels = small_channels()
    extra = np.concatenate([channels, channels[:1] + channels[1:2], 0 * channels[:1]])
    once = build_channelised_hotelling_observer(channels, SIGNAL, CORRELATED)
    twice = build_channelised_hotelling_observer(extra, SIGNAL, CORRELATED)
    np.testing.assert_allclose(twice.template, once.template, rtol=1e-8, atol=1e-8)
    blind = build_channelised_hotelling_observer(0 * channels, SIGNAL, CORRELATED)
    assert blind.snr == 0.0


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: gabor_channels((5, 7), frequencies=[]), ValueError, "at least one"),
        (lambda: gabor_channels((5, 7), frequencies=0.1), TypeError, "a list of numbers; got 0.1"),
        (lambda: gabor_channels((5, 7), frequencies=[0.6]), ValueError, "`frequencies`.*0.5"),
        (lambda: gabor_channels((5, 7), frequencies=[0.0]), ValueError, "`frequencies`"),
        (lambda: gabor_channels((5, 7), num_orientations=0), ValueError, "`num_orientations`"),
        (lambda: gabor_channels((5, 7), centre=3), ValueError, r"`centre` must be \(row, column\)"),
        (lambda: gabor_channels((5, 7), centre=(5, 0)), ValueError, "`centre`.*<= 4; got 5"),
        (lambda: gabor_channels((5,)), ValueError, "`image_shape`"),
        (
            lambda: laguerre_gauss_channels((5, 7), width=0, num_channels=2),
            ValueError,
            "`width`",
        ),
        (
            lambda: laguerre_gauss_channels((5, 7), width=2, num_channels=1.5),
            TypeError,
            "`num_channels`",
        ),
        (
            lambda: build_channelised_hotelling_observer(np.ones((2, 7, 5)), SIGNAL, 1.0),
            ValueError,
            r"`channels`.*\(5, 7\); got \(7, 5\)",
        ),
        (
            lambda: build_channelised_hotelling_observer(np.ones((0, 5, 7)), SIGNAL, 1.0),
            ValueError,
            "hold something",
        ),
        (
            lambda: build_channelised_hotelling_observer(np.ones((2, 5, 7)), SIGNAL, 0),
            ValueError,
            "`covariance`",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
