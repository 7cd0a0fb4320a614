import numpy as np
import pytest

from helpers.observers import gaussian_covariance, lumpy_covariance, lumpy_mean
from helpers.observers.covariance import FactorisedCovariance
from tests.observers.examples import CORRELATED, SHAPE, assert_within_error, loop_covariance
from tests.tolerances import EXACT64

LUMPS = dict(density=0.1, amplitude=2.0, width=1.2)


@pytest.mark.reference("gaussian_covariance")
def test_gaussian_covariance_entry_by_entry():
    matrix = gaussian_covariance(SHAPE, variance=0.8, correlation_length=1.1, noise_variance=0.3)
    np.testing.assert_allclose(matrix, loop_covariance(SHAPE, 0.8, 1.1, 0.3), **EXACT64)


def draw_lumpy(generator, num_images, shape, *, density, amplitude, width):
    """Add Poisson many Gaussian lumps, also outside the image, one lump after the other."""
    margin = 6 * width
    height, breadth = (size - 1 + 2 * margin for size in shape)
    counts = generator.poisson(density * height * breadth, num_images)
    places = generator.random((counts.sum(), 2)) * [height, breadth] - margin
    rows, columns = np.indices(shape)
    squared = (rows - places[:, :1, None]) ** 2 + (columns - places[:, 1:, None]) ** 2
    images = np.zeros((num_images, *shape))
    owners = np.repeat(np.arange(num_images), counts)
    np.add.at(images, owners, amplitude * np.exp(-squared / (2 * width**2)))
    return images


@pytest.mark.reference("lumpy_mean")
@pytest.mark.reference("lumpy_covariance")
def test_lumpy_mean_and_covariance_by_simulation():
    images = draw_lumpy(np.random.default_rng(0), 8000, (3, 4), **LUMPS).reshape(8000, 12)
    mean = lumpy_mean(**LUMPS)
    assert_within_error(images.mean(axis=0), mean, images.std(axis=0) / np.sqrt(8000))
    products = (images - mean)[:, :, None] * (images - mean)[:, None, :]
    expected = lumpy_covariance((3, 4), **LUMPS, noise_variance=0.0)
    assert_within_error(products.mean(axis=0), expected, products.std(axis=0) / np.sqrt(8000))


def test_lumpy_noise_stands_on_the_diagonal():
    clean = lumpy_covariance((2, 3), **LUMPS, noise_variance=0.0)
    noisy = lumpy_covariance((2, 3), **LUMPS, noise_variance=0.5)
    np.testing.assert_allclose(noisy - clean, 0.5 * np.eye(6), **EXACT64)


def test_factorised_covariances_agree_with_numpy():
    rows = np.random.default_rng(1).standard_normal((4, 35))
    for covariance, matrix in [(CORRELATED, CORRELATED), (2.5, 2.5 * np.eye(35))]:
        factorised = FactorisedCovariance(covariance, 35)
        solved = np.linalg.solve(matrix, rows.T).T
        np.testing.assert_allclose(factorised.solve(rows), solved, **EXACT64)
        np.testing.assert_allclose(factorised.multiply(rows), rows @ matrix, **EXACT64)
        form = np.einsum("ni,ni->n", rows, solved)
        np.testing.assert_allclose(factorised.inverse_quadratic(rows), form, **EXACT64)
        determinant = np.linalg.slogdet(matrix)[1]
        np.testing.assert_allclose(factorised.log_determinant, determinant, **EXACT64)
        np.testing.assert_array_equal(factorised.to_matrix(), matrix)


def test_a_number_from_numpy_and_integers_are_accepted():
    assert FactorisedCovariance(np.array(2), 5).values == 2.0
    assert FactorisedCovariance(np.float32(0.5), 5).values == 0.5
    np.testing.assert_array_equal(
        FactorisedCovariance([[2, 1], [1, 2]], 2).values, [[2, 1], [1, 2]]
    )


def lopsided():
    matrix = CORRELATED.copy()
    matrix[0, 3] += 1e-3
    return matrix


@pytest.mark.parametrize(
    ("covariance", "kind", "message"),
    [
        (0.0, ValueError, "`covariance` must be a finite number > 0"),
        (-1, ValueError, "got -1"),
        (np.nan, ValueError, "got nan"),
        (np.array(0.0), ValueError, "> 0; got"),
        (1j, TypeError, "`covariance`"),
        ("white", TypeError, "`covariance`"),
        (True, TypeError, "got True"),
        (np.eye(34), ValueError, r"shape \(35, 35\); got \(34, 34\)"),
        (np.ones(35), ValueError, r"got \(35,\)"),
        (np.full((35, 35), np.nan), ValueError, "finite"),
        (1j * np.eye(35), TypeError, "real numbers"),
        (lopsided(), ValueError, "symmetric.*up to 0.001"),
        (-np.eye(35), ValueError, "positive definite"),
        (np.ones((35, 35)), ValueError, "Add the variance of white noise"),
        (np.zeros((35, 35)), ValueError, "positive definite"),
        (np.diag([1.0] * 34 + [1e-13]), ValueError, "positive definite"),
        (loop_covariance(SHAPE, 1.0, 2.5, 0.0), ValueError, "condition number below 1e.12"),
    ],
)
def test_what_is_no_covariance_is_refused(covariance, kind, message):
    with pytest.raises(kind, match=message):
        FactorisedCovariance(covariance, 35)


def test_a_lumpy_background_needs_its_white_noise():
    clean = lumpy_covariance((12, 13), density=0.25, amplitude=1, width=1.5, noise_variance=0)
    with pytest.raises(ValueError, match="positive definite"):
        FactorisedCovariance(clean, 156)
    FactorisedCovariance(clean + 0.01 * np.eye(156), 156)


GAUSSIAN = dict(variance=1.0, correlation_length=1.0, noise_variance=0.1)


@pytest.mark.parametrize(
    ("shape", "change", "kind", "message"),
    [
        (5, {}, ValueError, r"`image_shape` must be \(height, width\); got 5"),
        ((5, 7, 1), {}, ValueError, "`image_shape`"),
        ((5, 0), {}, ValueError, "at least 1; got 0"),
        ((5.0, 7), {}, TypeError, "`image_shape`"),
        ((5, 7), {"variance": -1.0}, ValueError, "`variance`"),
        ((5, 7), {"correlation_length": 0}, ValueError, "`correlation_length`"),
        ((5, 7), {"noise_variance": np.nan}, ValueError, "`noise_variance`"),
    ],
)
def test_impossible_noise_is_refused(shape, change, kind, message):
    with pytest.raises(kind, match=message):
        gaussian_covariance(shape, **{**GAUSSIAN, **change})


@pytest.mark.parametrize("change", [{"density": 0}, {"amplitude": np.inf}, {"width": -1.0}])
def test_impossible_lumps_are_refused(change):
    (name,) = change
    with pytest.raises(ValueError, match=f"`{name}` must be a finite number"):
        lumpy_mean(**{**LUMPS, **change})
    with pytest.raises(ValueError, match=f"`{name}` must be a finite number"):
        lumpy_covariance((2, 3), **{**LUMPS, **change}, noise_variance=0.1)
