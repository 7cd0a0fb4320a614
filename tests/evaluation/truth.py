"""Cases whose true posterior is known: simulated images and their ideal observer."""

from helpers.data.simulate import LesionTask, build_lesion, build_optimum, simulate


def simulate_posterior(num_images, *, prevalence=0.3, detectability=2.0, seed=0):
    """Return labels, exact posteriors, the images, and the observer that knows the truth."""
    lesion = build_lesion("gaussian", patch_shape=(3, 5), width=1.0)
    task = LesionTask(
        lesion=lesion, detectability=detectability, image_shape=(4, 7), prevalence=prevalence
    )
    split = simulate(task, num_images, seed=seed)
    observer = build_optimum(task)
    return split.y, observer.posterior(split.x), split.x, observer
