"""Cases whose true posterior is known, from the simulator; and any cases, from Hypothesis."""

from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from helpers.data.simulate import LesionTask, build_lesion, build_optimum, simulate

# some on the edges of bins, some tied
cases = st.integers(2, 30).flatmap(
    lambda n: st.tuples(
        arrays("int64", n, elements=st.integers(0, 1)),
        arrays("float64", n, elements=st.sampled_from([0.01, 0.1, 0.3, 0.31, 0.5, 0.7, 0.99])),
    )
)
cases = cases.filter(lambda case: 0 < case[0].sum() < len(case[0]))


def simulate_posterior(num_images, *, prevalence=0.3, detectability=2.0, seed=0):
    """Return labels, exact posteriors, the images, and the observer that knows the truth."""
    lesion = build_lesion("gaussian", patch_shape=(3, 5), width=1.0)
    task = LesionTask(
        lesion=lesion, detectability=detectability, image_shape=(4, 7), prevalence=prevalence
    )
    split = simulate(task, num_images, seed=seed)
    observer = build_optimum(task)
    return split.y, observer.posterior(split.x), split.x, observer
